"""Forgets what a visitor did in this visit: the drawing on the canvas and the pictures of the Photo page."""

import streamlit as st

from services.frontend.session.chosen_model import KEY as CHOSEN_MODEL
from services.frontend.session.identity import COOKIELESS

KEPT = (CHOSEN_MODEL, COOKIELESS)


def forget_visit() -> None:
    """Removes everything from the session except the chosen model and who the visitor is."""
    for key in list(st.session_state):
        if key not in KEPT:
            del st.session_state[key]
