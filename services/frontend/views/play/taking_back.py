"""Undo and Clear, which both games have below the canvas."""

import streamlit as st

from services.frontend.views.play.state import PlayState


def show_taking_back(state: PlayState) -> None:
    """Undo and Clear."""
    for words, icon, everything in (("Undo", ":material/undo:", False), ("Clear", ":material/delete:", True)):
        st.button(
            words,
            icon=icon,
            on_click=state.take_back,
            kwargs={"everything": everything},
            width="stretch",
            key=f"play-{words.lower()}",
        )
