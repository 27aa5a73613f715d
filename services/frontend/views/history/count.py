"""How many drawings match the filters of the History page, and how the page writes it."""

import streamlit as st

from services.frontend.caller_keys import OWN
from services.frontend.connections import connect, forget_statistics
from services.frontend.elements.sentences import count_things
from services.frontend.session.identity import Identity
from services.frontend.views.history.download import MAX_ROWS
from shared.contracts.storage import HistoryFilters, PredictionCount

COUNT_TTL_S = 5.0


def get_count(identity: Identity, filters: HistoryFilters) -> PredictionCount:
    """The number of matching predictions, at most five seconds old. ServiceUnavailableError, RefusedError."""
    sees_all = identity.sees_history and not filters.mine  # all such persons get the same answer
    return count_predictions(OWN if sees_all else identity.key, filters, identity.key)


@st.cache_data(ttl=COUNT_TTL_S, max_entries=100, show_spinner=False)
def count_predictions(view: str, filters: HistoryFilters, _key: str) -> PredictionCount:
    """For `get_count`. `view` keeps those of different persons apart."""
    return connect().callers.acting_as(_key).count_predictions(filters, MAX_ROWS)


def forget_counts() -> None:
    """Call this after drawings were deleted."""
    count_predictions.clear()
    forget_statistics()


def write_number(number: int) -> str:
    """`1 drawing`, `1,234 drawings`."""
    return count_things(number, "drawing")


def write_count(count: PredictionCount) -> str:
    """`1 drawing`, `more than 10,000 drawings`."""
    return f"{'more than ' if count.more else ''}{write_number(count.predictions)}"
