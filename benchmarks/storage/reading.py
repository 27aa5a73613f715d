"""How long the reads of the history take, for every filter and every pair of filters.

They are the queries that the service executes, over one connection. The ten-thousandth page begins after the day on
which that many pages of predictions had been stored.
"""

import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import combinations
from statistics import median
from typing import Any
from uuid import UUID

import asyncpg

from services.storage.cursor import Place, encode_cursor
from services.storage.history_query import CountQuery, HistoryQuery
from services.storage.queries.counting import count_predictions, read_groups
from services.storage.queries.history import read_page
from services.storage.queries.statistics import read_statistics
from shared.contracts.storage import HistoryFilters

PAGE = 20
DEEP = 10_000  # the page that is deep in the history
REPEATS = 5

# Values of each filter: common ones, rare ones, and those that exclude each other.
CHOICES: dict[str, list[dict[str, Any]]] = {
    "digit": [{"digit": 3}, {"digit": 9}],
    "label": [{"label": 3}, {"label": "not_a_digit"}],
    "labelled": [{"labelled": True}, {"labelled": False}],
    "correct": [{"correct": True}, {"correct": False}],
    "model": [{"model": "cnn"}, {"model": "cnn/1"}, {"model": "cnn/12"}, {"model": "mlp"}],
    "source": [{"source": "canvas"}, {"source": "upload"}, {"source": "camera"}, {"source": "api"}],
    "since": [{"since": "2026-06-01T10:30:00Z"}],
    "until": [{"until": "2024-06-01T10:30:00Z"}],
}


@dataclass(frozen=True)
class Timing:
    """The median of a query in milliseconds, and what it asked for."""

    milliseconds: float
    asked: str


def list_filters(most: int) -> Iterator[HistoryFilters]:
    """Every choice of at most so many filters, and of their values."""
    yield HistoryFilters()
    singles = [(name, values) for name, several in CHOICES.items() for values in several]
    for number in range(1, most + 1):
        for chosen in combinations(singles, number):
            if len({name for name, _ in chosen}) == number:
                yield HistoryFilters(**{key: value for _, values in chosen for key, value in values.items()})


async def time_statistics(connection: asyncpg.Connection) -> list[Timing]:
    """All statistics without a filter, which comes first, and with each filter."""
    return [await _time(partial(_read_statistics, connection, one), one) for one in list_filters(1)]


async def _read_statistics(connection: asyncpg.Connection, filters: HistoryFilters) -> None:
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        (await read_statistics(connection, filters)).model_dump_json()


async def time_counts(connection: asyncpg.Connection) -> list[Timing]:
    """The count on the History page, for every pair of filters."""
    queries = [CountQuery(**one.model_dump()) for one in list_filters(2)]
    return [await _time(partial(count_predictions, connection, query), query) for query in queries]


async def time_pages(connection: asyncpg.Connection) -> tuple[list[Timing], list[Timing]]:
    """The first page, and the deep ones in both directions, for every pair of filters."""
    first, deep = [], []
    for filters in list_filters(2):
        query = HistoryQuery(limit=PAGE, **filters.model_dump())
        first.append(await _time(partial(read_page, connection, query), filters))
        cursor = await _find_deep(connection, filters)
        for place in ({"cursor": cursor}, {"newer_than": cursor}):
            there = query.model_copy(update=place)
            deep.append(await _time(partial(read_page, connection, there), there))
    return first, deep


async def time_least_sure(connection: asyncpg.Connection) -> list[Timing]:
    """The first page with the least sure predictions first, for every pair of filters."""
    queries = [HistoryQuery(order="least_sure", limit=PAGE, **one.model_dump()) for one in list_filters(2)]
    return [await _time(partial(read_page, connection, query), query) for query in queries]


async def _find_deep(connection: asyncpg.Connection, filters: HistoryFilters) -> str:
    """Return the cursor of the beginning of the day on which the deep page lies, or of the oldest day."""
    newer, day = 0, datetime(2022, 11, 29, tzinfo=UTC)
    groups = await read_groups(connection, ["day"], filters)
    for group in sorted(groups, key=lambda one: one["day"], reverse=True):
        newer += group["predictions"]
        day = datetime.combine(group["day"], datetime.min.time(), UTC)
        if newer >= DEEP * PAGE:
            break
    return encode_cursor(Place(day + timedelta(hours=12), UUID(int=0)))


async def _time(query: Callable[[], Awaitable[object]], asked: HistoryFilters) -> Timing:
    """The median of a few runs, after one that fills the caches as the page before did."""
    await query()
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        await query()
        times.append((time.perf_counter() - began) * 1000)
    words = asked.model_dump(mode="json", exclude_none=True, exclude={"limit", "cursor", "order"})
    return Timing(median(times), ", ".join(f"{name}={value}" for name, value in words.items()) or "no filter")
