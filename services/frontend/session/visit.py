"""One session of the page: its name, and how to forget what a visitor did in it."""

import secrets
from typing import cast

import streamlit as st

from services.frontend.session.chosen_model import KEY as CHOSEN_MODEL
from services.frontend.session.identity import COOKIELESS

NAME = "visit"
FORGET = "forget-in-tab"
KEPT = (CHOSEN_MODEL, COOKIELESS, NAME)


def get_visit_name() -> str:
    """A name that no other session has."""
    if NAME not in st.session_state:
        st.session_state[NAME] = secrets.token_hex(8)
    return cast("str", st.session_state[NAME])


def forget_visit() -> None:
    """Forgets the drawing on the canvas and the pictures of the Photo page, here and in the tab of the browser.

    The chosen model and who the visitor is stay.
    """
    for key in list(st.session_state):
        if key not in KEPT:
            del st.session_state[key]
    st.session_state[FORGET] = True


def take_wish_to_forget() -> bool:
    """Whether the tab has to forget what it kept. True once."""
    return bool(st.session_state.pop(FORGET, False))
