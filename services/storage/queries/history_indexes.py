"""Chooses the index that serves a combination of filters, and the groups of its entries that fit.

An index begins with columns that filters name and ends with (created_at, id). A filter gives one value of a column, and
every value of a column without a filter makes a group of its own. All entries of a group fit, newest last, so a page
reads the first few of each group and never walks over predictions that do not fit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import get_args

from services.storage.queries.outcome import OUTCOME, can_be, choose_outcomes
from services.storage.queries.true_digit import encode_label
from shared.contracts.message import ModelVersion
from shared.contracts.storage import HistoryFilters, Source

SOURCES: tuple[Source, ...] = get_args(Source)
SQL_TYPES = {"outcome": "int", "digit": "smallint", "label": "smallint"}  # all others are texts
Group = tuple[object, ...]  # one value for each column of the index


@dataclass(frozen=True)
class HistoryIndex:
    """The columns before (created_at, id); `condition` is that of a partial index."""

    columns: tuple[str, ...]
    condition: str = "true"

    def expressions(self) -> list[str]:
        """Return the columns as the index has them."""
        return [OUTCOME if column == "outcome" else column for column in self.columns]

    def types(self) -> list[str]:
        """Return the type of each column in SQL."""
        return [SQL_TYPES.get(column, "text") for column in self.columns]


LABELLED = "label IS NOT NULL"
MODEL = ("model_name", "model_version")
TIME = HistoryIndex(())
OUTCOME_DIGIT = HistoryIndex(("outcome", "digit", "source"))
OUTCOME_MODEL = HistoryIndex(("outcome", "source", *MODEL))
OUTCOME_DIGIT_MODEL = HistoryIndex(("outcome", "digit", "source", *MODEL))
LABEL_DIGIT = HistoryIndex(("label", "outcome", "digit", "source"), LABELLED)
LABEL_MODEL = HistoryIndex(("label", "outcome", "digit", "source", *MODEL), LABELLED)


def choose_index(filters: HistoryFilters) -> HistoryIndex:
    """Return the smallest index that has a column for every filter. The period needs none."""
    if filters.label is not None:
        return LABEL_MODEL if filters.model is not None else LABEL_DIGIT
    if filters.model is not None:
        return OUTCOME_DIGIT_MODEL if filters.digit is not None else OUTCOME_MODEL
    named = (filters.digit, filters.source, filters.labelled, filters.correct)
    return OUTCOME_DIGIT if any(value is not None for value in named) else TIME


def list_groups(index: HistoryIndex, filters: HistoryFilters, models: Sequence[ModelVersion]) -> list[Group]:
    """Return the groups whose entries fit. `models` are the versions that fit the filter of the model."""
    outcomes, digits = choose_outcomes(filters), range(10) if filters.digit is None else [filters.digit]
    values: dict[str, Sequence[object]] = {
        "label": [] if filters.label is None else [encode_label(filters.label)],
        "outcome": outcomes,
        "digit": digits,
        "source": SOURCES if filters.source is None else [filters.source],
        "model": [(model.name, model.version) for model in models],
    }
    columns = [column for column in index.columns if column not in MODEL]
    if "model_name" in index.columns:
        columns.append("model")
    fits = _make_check(columns, filters)
    return [_flatten(group) for group in product(*(values[column] for column in columns)) if fits(group)]


def _make_check(columns: Sequence[str], filters: HistoryFilters) -> Callable[[Group], bool]:
    if not {"outcome", "digit"} <= set(columns):
        return lambda group: True
    outcome, digit = columns.index("outcome"), columns.index("digit")
    return lambda group: can_be(int(str(group[outcome])), int(str(group[digit])), filters)


def _flatten(group: Group) -> Group:
    """Replace the pair (name, version) at the end by its two values."""
    return (*group[:-1], *group[-1]) if group and isinstance(group[-1], tuple) else group
