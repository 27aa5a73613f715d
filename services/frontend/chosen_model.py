"""Which model version this visitor's pages ask: chosen on the page of models, else the service's default."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from shared.clients.service import RefusedError

KEY = "chosen_model"
NOT_OURS = "openai"  # the name of other people's models; nothing is known of how they see

T = TypeVar("T")


def get_chosen_model() -> str | None:
    """«name» or «name/version»; None for the service's default."""
    chosen: str | None = st.session_state.get(KEY)
    return chosen


def choose_model(model: str | None) -> None:
    """For this visit; None for the service's default."""
    st.session_state[KEY] = model


def ask_chosen_model(ask: Callable[[str | None], T]) -> T:
    """The answer of the chosen model; of the service's default, from now on, where that is gone."""
    try:
        return ask(get_chosen_model())
    except RefusedError as refused:
        if refused.problem.code != "unknown_model" or get_chosen_model() is None:
            raise
    choose_model(None)
    st.toast("The model you chose is gone; the service's own choice answers.")
    return ask(None)
