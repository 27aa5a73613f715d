"""The model versions as inference lists them, asked for at most every few seconds however many people look."""

import streamlit as st

from services.frontend.connections import check_health, connect
from shared.clients.service import ServiceUnavailableError
from shared.contracts.inference import Explanation, ModelDescription, ModelDetails, ModelList, Prediction

MODELS_TTL_S = 5.0


def get_models() -> ModelList:
    """ServiceUnavailableError, at once where inference is known to be away, as the banner says; RefusedError."""
    if not check_health().inference:
        raise ServiceUnavailableError("inference is not ready")
    return _list_models()


@st.cache_data(ttl=MODELS_TTL_S, show_spinner=False)
def _list_models() -> ModelList:
    return connect().inference.list_models()


@st.cache_data(ttl=MODELS_TTL_S, show_spinner=False)
def get_details(reference: str) -> ModelDetails:
    """«name/version» → all that is known of it. ServiceUnavailableError, RefusedError."""
    name, _, version = reference.partition("/")
    return connect().inference.get_model(name, version)


@st.cache_data(max_entries=200, show_spinner=False)
def read(drawing: bytes, reference: str) -> tuple[Prediction, Explanation]:
    """What that version reads in the drawing, in the time of a reading alone, and why; the same whenever it is asked.

    ServiceUnavailableError, RefusedError.
    """
    inference = connect().inference
    return inference.predict(drawing, model=reference), inference.explain(drawing, model=reference)


def refer_to(model: ModelDescription) -> str:
    """«name/version»."""
    return f"{model.name}/{model.version}"
