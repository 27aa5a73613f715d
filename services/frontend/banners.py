"""Which service is away, said above every page; the rest of the page goes on."""

import streamlit as st

from services.frontend.connections import Health, check_health, connect
from services.frontend.outbox import Delivery
from services.frontend.views.draw.canvas import is_on_page
from services.frontend.views.draw.state import PageState, Reading, get_page_state

HEALTH_EVERY_S = 3.0


@st.fragment(run_every=HEALTH_EVERY_S)
def show_banners() -> None:
    """A fragment of its own; when a service comes back the page is run again, so that what waited is done."""
    health = check_health()
    unsaved = connect().outbox.unsaved
    if not health.inference:
        st.error("The recogniser can't be reached. Your drawing stays here and is read when it is back.")
    if not health.storage:
        kept = f" {unsaved} from all visitors wait here and are sent when it is back." if unsaved else ""
        st.warning(f"Storage can't be reached. Digits are still read, but not saved yet.{kept}")
    before = st.session_state.get("health", health)
    st.session_state["health"] = health
    if before != health or (is_on_page() and is_behind(get_page_state(), health)):
        st.rerun()


def is_behind(state: PageState, health: Health) -> bool:
    """Whether the drawing page shows less than there is by now: the recogniser answers again, or storage has saved."""
    return (state.is_due and health.inference) or was_saved_late(state.reading)


def was_saved_late(reading: Reading | None) -> bool:
    """Whether the page still says «not saved yet» of what storage has answered about meanwhile, or can be told now."""
    if reading is None or reading.saved:
        return False
    if not reading.handed_over:
        return connect().outbox.has_room
    return connect().outbox.wait(reading.prediction.id, 0) is Delivery.SAVED
