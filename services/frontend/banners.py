"""The banners above every page, which say that a service cannot be reached. The page below them keeps working.

They also notice when storage has said who the person in front of the page is, and show the page again.
"""

import streamlit as st

from services.frontend.connections import Health, check_health, connect
from services.frontend.session.draw_state import DrawState, get_draw_state
from services.frontend.session.identity import get_identity
from services.frontend.session.sheet import is_canvas_on_page

HEALTH_EVERY_S = 3.0


@st.fragment(run_every=HEALTH_EVERY_S)
def show_banners() -> None:
    """Reruns the whole page when a service or a right comes or goes, and when it is time to repeat a failed request."""
    health, identity = check_health(), get_identity()
    unsaved = connect().outbox.unsaved
    if not health.inference:
        st.error("The recogniser can't be reached. Your drawing stays here and is read when the recogniser is back.")
    if not health.storage:
        waiting = f" Waiting to be saved, from all visitors: {unsaved}." if unsaved else ""
        st.warning(f"Storage can't be reached. Digits are still read and will be saved when storage is back.{waiting}")
    before = st.session_state.get("shown-for", (health, identity))
    st.session_state["shown-for"] = (health, identity)
    if before != (health, identity) or (is_canvas_on_page() and can_retry(get_draw_state(), health)):
        st.rerun()


def can_retry(state: DrawState, health: Health) -> bool:
    """Whether a rerun of the Draw page would predict a drawing that failed before."""
    return state.is_retry_due and health.inference
