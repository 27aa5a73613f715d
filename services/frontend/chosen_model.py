"""Which model version this visitor's pages ask: chosen on the page of models, else the service's default."""

import streamlit as st

KEY = "chosen_model"


def get_chosen_model() -> str | None:
    """«name» or «name/version»; None for the service's default."""
    chosen: str | None = st.session_state.get(KEY)
    return chosen


def choose_model(model: str | None) -> None:
    """For this visit; None for the service's default."""
    st.session_state[KEY] = model
