"""Pages, counts and statistics under random filters, compared with a plain Python list."""

import random
from collections import Counter
from itertools import pairwise

import asyncpg
import pytest

from services.storage.history_query import CountQuery, HistoryQuery
from services.storage.queries.counting import count_predictions, read_totals
from services.storage.queries.counts import fold_counts
from services.storage.queries.history import read_page
from services.storage.queries.statistics import read_statistics
from shared.contracts.storage import HistoryFilters
from tests.integration.storage.rows import INSERT, OWNERS, Row, fits, is_right, make_filters, make_rows

ROWS = 400


@pytest.fixture(scope="module")
def rows():
    return make_rows(ROWS, seed=3)


@pytest.fixture
async def connection(database_url, rows):
    """Half of the rows are in the counts, the others in the changes."""
    connection = await asyncpg.connect(database_url)
    await connection.executemany(INSERT, [tuple(row.values()) for row in rows[: ROWS // 2]])
    await fold_counts(connection)
    await connection.executemany(INSERT, [tuple(row.values()) for row in rows[ROWS // 2 :]])
    yield connection
    await connection.close()


def _select(rows: list[Row], filters: HistoryFilters, owner) -> list[Row]:
    """The rows that fit, newest first."""
    found = [row for row in rows if fits(row, filters) and owner in (None, row["owner"])]
    return sorted(found, key=lambda row: (row["created_at"], row["id"]), reverse=True)


async def _walk(connection, filters, limit, owner):
    """All pages from the newest to the oldest, and the same pages on the way back."""
    query = HistoryQuery(limit=limit, **filters.model_dump(exclude_none=True))
    there = [await read_page(connection, query, owner)]
    while there[-1].next_cursor is not None:
        there.append(await read_page(connection, query.model_copy(update={"cursor": there[-1].next_cursor}), owner))
    back = [there[-1]]
    while back[-1].previous_cursor is not None:
        query = query.model_copy(update={"newer_than": back[-1].previous_cursor})
        back.append(await read_page(connection, query, owner))
    return there, back


@pytest.mark.parametrize("owner", [None, OWNERS[0]], ids=["everybody's", "one owner's"])
@pytest.mark.parametrize("seed", range(8))
async def test_pages_hold_exactly_the_predictions_that_fit_in_both_directions(connection, rows, seed, owner):
    chance = random.Random(seed)
    for _ in range(25):
        filters, limit = make_filters(chance), chance.choice([1, 3, 50, 200])
        limit = max(limit, len(_select(rows, filters, owner)) // 8)  # at most nine pages
        there, back = await _walk(connection, filters, limit, owner)
        found = [one.id for page in there for one in page.predictions]
        assert found == [row["id"] for row in _select(rows, filters, owner)], filters
        assert [page.predictions for page in back] == [page.predictions for page in there[::-1]], filters
        assert {len(page.predictions) for page in there[:-1]} <= {limit}


@pytest.mark.parametrize("owner", [None, OWNERS[1]], ids=["everybody's", "one owner's"])
@pytest.mark.parametrize("seed", range(4))
async def test_counts_and_statistics_are_those_of_the_predictions_that_fit(connection, rows, seed, owner):
    chance = random.Random(100 + seed)
    for _ in range(25):
        filters = make_filters(chance)
        expected = _select(rows, filters, owner)
        labelled = [row for row in expected if row["label"] is not None]
        right = sum(map(is_right, labelled))
        totals = await read_totals(connection, filters, owner)
        assert (totals.predictions, totals.labelled, totals.correct) == (len(expected), len(labelled), right), filters
        counted = await count_predictions(connection, CountQuery(limit=100, **filters.model_dump()), owner)
        assert (counted.predictions, counted.more) == (min(len(expected), 100), len(expected) > 100)
        _check_statistics(await read_statistics(connection, filters, owner), expected)


def _check_statistics(statistics, rows):
    labelled = [row for row in rows if row["label"] is not None]
    assert (statistics.overall.predictions, statistics.overall.labelled) == (len(rows), len(labelled))
    pairs = Counter((row["label"], row["digit"]) for row in labelled)
    assert statistics.confusion == [[pairs[label, digit] for digit in range(10)] for label in range(10)]
    kinds = Counter((row["rejected"], row["label"] == 10) for row in labelled)
    rejections = statistics.rejections
    assert rejections.rejected == sum(row["rejected"] for row in rows)
    assert (rejections.right, rejections.wrong, rejections.missed) == (
        kinds[True, True],
        kinds[True, False],
        kinds[False, True],
    )
    for one, (lower, upper) in zip(statistics.confidence_bins, pairwise([*range(10), 11]), strict=True):
        inside = [row for row in labelled if lower / 10 <= row["confidence"] < upper / 10]
        assert one.labelled == len(inside)
        if inside:
            assert one.confidence == pytest.approx(sum(row["confidence"] for row in inside) / len(inside), abs=1e-9)
    days = Counter(row["created_at"].date() for row in rows)
    assert {one.day: one.predictions for one in statistics.by_day} == days
    models = Counter((row["model_name"], row["model_version"]) for row in rows)
    assert {(one.model.name, one.model.version): one.predictions for one in statistics.by_model} == models
    running = labelled[:200][::-1]
    assert [one.created_at for one in statistics.running_accuracy] == [row["created_at"] for row in running]
    if running:
        assert statistics.running_accuracy[-1].accuracy == statistics.overall.accuracy
