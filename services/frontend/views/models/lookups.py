"""Requests to inference about model versions, cached so that many visitors cause few requests."""

import streamlit as st

from services.frontend.connections import check_health, connect
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.drift import DriftReport
from shared.contracts.inference import Explanation, ModelDetails, ModelList, Prediction
from shared.contracts.promotion import ModelJournal

MODELS_TTL_S = 5.0


def get_models() -> ModelList:
    """Every model version. ServiceUnavailableError, RefusedError; asks nothing while inference is known to be away."""
    if not check_health().inference:
        raise ServiceUnavailableError("inference is not ready")
    return _list_models()


@st.cache_data(ttl=MODELS_TTL_S, show_spinner=False)
def _list_models() -> ModelList:
    return connect().inference.list_models()


@st.cache_data(ttl=MODELS_TTL_S, show_spinner=False)
def get_details(reference: str) -> ModelDetails:
    """The details of `name/version`. ServiceUnavailableError, RefusedError."""
    name, _, version = reference.partition("/")
    return connect().inference.get_model(name, version)


@st.cache_data(ttl=MODELS_TTL_S, show_spinner=False)
def find_drift(name: str) -> DriftReport | None:
    """The drift report of a model; None if there is none. ServiceUnavailableError."""
    try:
        return connect().inference.get_drift(name)
    except RefusedError:
        return None


@st.cache_data(ttl=MODELS_TTL_S, show_spinner=False)
def get_journal(name: str) -> ModelJournal:
    """What happened to a model, newest first. ServiceUnavailableError, RefusedError."""
    return connect().inference.get_journal(name)


def forget_models() -> None:
    """Call this after a change, so that the page shows it."""
    for lookup in (_list_models, get_details, get_journal, find_drift):
        lookup.clear()


@st.cache_data(max_entries=200, show_spinner=False)
def predict_and_explain(drawing: bytes, reference: str) -> tuple[Prediction, Explanation]:
    """The prediction and the explanation of that version. Two requests, so that the time is that of a prediction.

    Cached without a time limit, because a version always answers the same.

    ServiceUnavailableError, RefusedError.
    """
    inference = connect().inference
    return inference.predict(drawing, model=reference), inference.explain(drawing, model=reference)
