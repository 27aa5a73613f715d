"""The model version that answers one visitor. The Models page sets it; by default the inference service chooses."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st
from pydantic import JsonValue

from shared.clients.service import RefusedError

KEY = "chosen_model"
CHOICE = "choice"  # key of the widget on the Models page
EXTERNAL_NAME = "openai"  # the model name of models of other providers; they have neither explanations nor page reading

T = TypeVar("T")


def get_chosen_model() -> str | None:
    """Returns `name` or `name/version`; None means the service's default."""
    chosen: str | None = st.session_state.get(KEY)
    return chosen


def reads_pages(model: str | None) -> bool:
    """Whether the model can read pages of digits. None is the service's default, which can."""
    return model is None or not model.startswith(f"{EXTERNAL_NAME}/")


def choose_model(model: str | None) -> None:
    """Sets the model for this visit; None means the service's default."""
    st.session_state[KEY] = model


def take_model_back(kept: JsonValue) -> None:
    """Chooses what the session before chose in this tab. A model that is gone is forgotten when it is asked."""
    if isinstance(kept, str):
        choose_model(kept)
        if CHOICE in st.session_state:
            st.session_state[CHOICE] = kept


def ask_chosen_model(ask: Callable[[str | None], T]) -> T:
    """Calls `ask` with the chosen model. If that model is gone, asks the default instead and forgets the choice."""
    try:
        return ask(get_chosen_model())
    except RefusedError as refused:
        if refused.problem.code != "unknown_model" or get_chosen_model() is None:
            raise
    choose_model(None)
    st.toast("The model you chose no longer exists. The default model answers instead.")
    return ask(None)
