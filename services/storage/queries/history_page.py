"""Finds the places of one page: the first predictions before, or after, a place in the history that fit the filters.

The query asks an index for a few entries of every group that fits, and sorts what it got. It compares whole rows,
(digit, source, created_at, id) < (3, 'canvas', $1, $2), and sorts by all columns of the index, because PostgreSQL can
then use only this index, whatever its statistics say about the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.storage.cursor import Place
from services.storage.queries.conditions import Conditions
from services.storage.queries.filters import add_filters
from services.storage.queries.history_indexes import TIME, Group, HistoryIndex
from shared.contracts.storage import HistoryFilters

SMALLEST, LARGEST = UUID(int=0), UUID(int=2**128 - 1)
BEGINNING = Place(datetime(1, 1, 1, tzinfo=UTC), SMALLEST)
END = Place(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), LARGEST)


@dataclass(frozen=True)
class Window:
    """The places between `after` and `before`, both excluded. A page holds the newest of them, or the oldest."""

    after: Place = BEGINNING
    before: Place = END
    oldest: bool = False

    def clip(self, filters: HistoryFilters) -> "Window":
        """Return the part of the window in the period of the filters, since ≤ created_at < until."""
        after, before = self.after, self.before
        if filters.since is not None:
            after = max(after, Place(filters.since - timedelta(microseconds=1), LARGEST), key=_order)
        if filters.until is not None:
            before = min(before, Place(filters.until, SMALLEST), key=_order)
        return Window(after, before, self.oldest)


def write_page_query(
    index: HistoryIndex, groups: Sequence[Group], window: Window, limit: int
) -> tuple[str, list[object]]:
    """Write the query of at most `limit` ids and times, in the order of the page, and its parameters."""
    conditions = Conditions()
    found = _write_entries(index, [f"entry.{column}" for column in index.columns], window, limit, conditions)
    if index is TIME:
        return found, conditions.values
    arrays = ", ".join(
        f"{conditions.parameter([group[number] for group in groups])}::{sql_type}[]"
        for number, sql_type in enumerate(index.types())
    )
    query = (
        f"SELECT found.* FROM unnest({arrays}) AS entry ({', '.join(index.columns)}) "  # noqa: S608  values are parameters
        f"CROSS JOIN LATERAL ({found}) AS found {_write_order(['created_at', 'id'], window)} LIMIT {limit}"
    )
    return query, conditions.values


def write_owner_query(owner: UUID, filters: HistoryFilters, window: Window, limit: int) -> tuple[str, list[object]]:
    """Write the same query over the predictions of one owner. It reads those that do not fit too."""
    conditions = Conditions()
    add_filters(conditions, filters)
    found = _write_entries(
        HistoryIndex(("owner",), " AND ".join(["owner IS NOT NULL", *conditions.texts])),
        [conditions.parameter(owner)],
        window,
        limit,
        conditions,
    )
    return found, conditions.values


def _write_entries(
    index: HistoryIndex, values: Sequence[str], window: Window, limit: int, conditions: Conditions
) -> str:
    keys = [*index.expressions(), "created_at", "id"]
    after, before = (
        ", ".join([*values, conditions.parameter(place.created_at), conditions.parameter(place.id)])
        for place in (window.after, window.before)
    )
    return (
        f"SELECT created_at, id FROM predictions WHERE {index.condition} AND ({', '.join(keys)}) > ({after}) "  # noqa: S608  values are parameters
        f"AND ({', '.join(keys)}) < ({before}) {_write_order(keys, window)} LIMIT {limit}"
    )


def _write_order(keys: Sequence[str], window: Window) -> str:
    return "ORDER BY " + ", ".join(key if window.oldest else f"{key} DESC" for key in keys)


def _order(place: Place) -> tuple[datetime, UUID]:
    return place.created_at, place.id
