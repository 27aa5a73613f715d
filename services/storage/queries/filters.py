"""Translates the filters of the history to SQL conditions, all but the period."""

from services.storage.history_query import split_model_reference
from services.storage.queries.conditions import Conditions
from services.storage.queries.outcome import OUTCOME, choose_outcomes
from services.storage.queries.true_digit import encode_label
from shared.contracts.storage import HistoryFilters


def add_filters(conditions: Conditions, filters: HistoryFilters, outcome: str = OUTCOME) -> None:
    """Add the filters in a form that no index supports, because whoever calls this has chosen the index.

    `outcome` is the expression or the column of the outcome.
    """
    name, version = split_model_reference(filters.model)
    label = None if filters.label is None else encode_label(filters.label)
    values = {"digit": filters.digit, "label": label, "model_name": name, "model_version": version}
    for column, value in {**values, "source": filters.source}.items():
        conditions.add(f"{column} IS NOT DISTINCT FROM {{}}", value)
    if filters.labelled is not None or filters.correct is not None:
        conditions.add(f"{outcome} = ANY ({{}}::int[])", choose_outcomes(filters))
