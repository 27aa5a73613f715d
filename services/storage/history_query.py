"""The query parameters of the routes that read the history, its count and its statistics."""

from typing import Annotated

from pydantic import Field

from services.storage.cursor import CURSOR_PATTERN
from shared.contracts.message import Message
from shared.contracts.storage import HistoryFilters, Order
from shared.contracts.strict import JsonTime

Cursor = Annotated[str, Field(pattern=CURSOR_PATTERN, min_length=32, max_length=32)]


class StatisticsQuery(HistoryFilters):
    """Which predictions to count."""


class HistoryQuery(HistoryFilters):
    """Which page to read: the first, the one after `cursor`, or the one before `newer_than`.

    With both, the page holds only predictions between the two places, the ones next to `newer_than`. The order
    `least_sure` begins with the lowest confidence. It considers the newest 10,000 predictions that fit the filters. A
    cursor belongs to the order that it came from.
    """

    order: Order = "newest"
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Cursor | None = None
    newer_than: Cursor | None = None


class CountQuery(HistoryFilters):
    """Which predictions to count. The answer is at most `limit`."""

    limit: Annotated[int, Field(ge=1, le=10_000)] = 10_000


class ExportQuery(Message):
    """Which page of an export to read: the oldest predictions, or those after `cursor`.

    The period is `since` ≤ created_at < `until`. `labelled` keeps only predictions with a label.
    """

    since: JsonTime | None = None
    until: JsonTime | None = None
    labelled: bool = False
    drawings: bool = True
    limit: Annotated[int, Field(ge=1, le=10_000)] = 5_000
    cursor: Cursor | None = None


def split_model_reference(model: str | None) -> tuple[str | None, str | None]:
    """Split `name/version` → (name, version), `name` → (name, None), None → (None, None)."""
    name, _, version = (model or "").partition("/")
    return name or None, version or None
