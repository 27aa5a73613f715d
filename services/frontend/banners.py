"""The banners above every page, which say that a service cannot be reached. The page below them keeps working."""

import streamlit as st

from services.frontend.connections import Health, check_health, connect
from services.frontend.session.draw_state import DrawState, get_draw_state
from services.frontend.session.sheet import is_canvas_on_page

HEALTH_EVERY_S = 3.0


@st.fragment(run_every=HEALTH_EVERY_S)
def show_banners() -> None:
    """Reruns the whole page when a service goes or comes back, and when it is time to repeat a failed request."""
    health = check_health()
    unsaved = connect().outbox.unsaved
    if not health.inference:
        st.error("The recogniser can't be reached. Your drawing stays here and is read when the recogniser is back.")
    if not health.storage:
        waiting = f" Waiting to be saved, from all visitors: {unsaved}." if unsaved else ""
        st.warning(f"Storage can't be reached. Digits are still read and will be saved when storage is back.{waiting}")
    before = st.session_state.get("health", health)
    st.session_state["health"] = health
    if before != health or (is_canvas_on_page() and can_retry(get_draw_state(), health)):
        st.rerun()


def can_retry(state: DrawState, health: Health) -> bool:
    """Whether a rerun of the Draw page would predict a drawing that failed before."""
    return state.is_retry_due and health.inference
