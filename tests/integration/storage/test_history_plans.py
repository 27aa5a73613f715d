"""Every combination of filters is read from an index that has a column for each, whatever PostgreSQL knows."""

import re
from datetime import UTC, datetime
from itertools import combinations

import asyncpg
import pytest

from services.storage.queries.history import write_places_query
from services.storage.queries.history_page import Window
from shared.contracts.storage import HistoryFilters

ROWS = 20_000
# $1 the number of rows, $2 and $3 the digit and the source that all of them have
FILL = """
INSERT INTO predictions (id, created_at, digit, confidence, probabilities, digit_score, model_name, model_version,
                         source, drawing, media_type, label, labelled_at)
SELECT gen_random_uuid(), '2026-11-01T00:00:00Z'::timestamptz + number * interval '1 minute', $2::smallint, 0.5,
       array_fill(0.1::double precision, ARRAY[10]), 0.5, 'cnn', '1', $3, '\\x89', 'image/png',
       CASE WHEN number % 2 = 0 THEN $2::smallint END, CASE WHEN number % 2 = 0 THEN now() END
FROM generate_series(1, $1::bigint) AS number
"""
FILTERS = {
    "digit": {"digit": 3},
    "label": {"label": 3},
    "not a digit": {"label": "not_a_digit"},
    "labelled": {"labelled": True},
    "unlabelled": {"labelled": False},
    "right": {"correct": True},
    "wrong": {"correct": False},
    "model": {"model": "cnn"},
    "model version": {"model": "cnn/1"},
    "source": {"source": "camera"},
    "since": {"since": datetime(2026, 11, 4, tzinfo=UTC)},
    "until": {"until": datetime(2026, 11, 4, tzinfo=UTC)},
}


@pytest.fixture
async def full(database_url):
    """Many rows, of which PostgreSQL knows nothing: it analysed the table when it held other rows."""
    connection = await asyncpg.connect(database_url)
    await connection.execute("ALTER TABLE predictions SET (autovacuum_enabled = off)")
    await connection.execute(FILL, 100, 1, "api")
    await connection.execute("ANALYZE predictions")
    await connection.execute(FILL, ROWS, 3, "camera")
    yield connection
    await connection.execute("ALTER TABLE predictions RESET (autovacuum_enabled)")
    await connection.close()


async def _explain(connection, filters, oldest):
    query, values = await write_places_query(connection, filters, Window(oldest=oldest), 21, None)
    return "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS) {query}", *values))


def _check(plan):
    """One scan of an index, without a condition beside its own, that reads no more entries than it needs."""
    scans = re.findall(r"(Seq Scan|Bitmap|Index (?:Only )?Scan(?: Backward)? using \w+)", plan)
    assert len(scans) == 1, plan
    assert "Index" in scans[0], plan
    assert "Filter" not in plan, plan
    assert "Rows Removed" not in plan, plan


SEVERAL = {"digit": 3, "label": 3, "correct": True, "model": "cnn/1", "source": "camera"}


async def test_every_filter_and_every_pair_reads_only_entries_that_fit(full):
    for names in [(), *combinations(FILTERS, 1), *combinations(FILTERS, 2)]:
        filters = HistoryFilters(**{key: value for name in names for key, value in FILTERS[name].items()})
        for oldest in (False, True):
            _check(await _explain(full, filters, oldest))


async def test_more_filters_read_only_entries_that_fit(full):
    for names in [*combinations(SEVERAL, 3), *combinations(SEVERAL, 4), tuple(SEVERAL)]:
        filters = HistoryFilters(**{name: SEVERAL[name] for name in names}, **FILTERS["since"])
        _check(await _explain(full, filters, oldest=False))
