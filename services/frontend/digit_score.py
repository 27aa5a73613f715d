"""Below which score a model version's answer is said to be no digit."""

import streamlit as st

from services.frontend.connections import connect
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.message import ModelVersion


def get_digit_score_threshold(model: ModelVersion) -> float:
    """Below this score the page says that it does not look like a digit; where it is not known it never says so."""
    try:
        return get_digit_score_thresholds(model)[str(model)]
    except (ServiceUnavailableError, RefusedError, KeyError):
        return 0.0


@st.cache_data(show_spinner=False)
def get_digit_score_thresholds(wanted: ModelVersion) -> dict[str, float]:  # asked anew for a model not seen before
    """By «name/version». A model version never changes."""
    models = connect().inference.list_models().models
    return {f"{known.name}/{known.version}": known.digit_score_threshold for known in models}
