"""`python -m benchmarks.storage [--rows 10000000]` measures storage over a long history and prints a table.

It fills an embedded PostgreSQL in a temporary folder, which takes 1 GB for each million rows.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path
from typing import TypeVar

import asyncpg

from benchmarks.fairness.services import run_storage
from benchmarks.storage.crashes import ROUNDS, measure_crashes
from benchmarks.storage.database import open_history
from benchmarks.storage.exchange import (
    WITH_DRAWINGS,
    WITHOUT_DRAWINGS,
    find_large_drawings,
    find_middle,
    measure_export,
    measure_import,
)
from benchmarks.storage.ingest import measure_ingest
from benchmarks.storage.reading import time_counts, time_pages, time_statistics
from benchmarks.storage.stroke import time_strokes
from benchmarks.storage.table import Row, describe_worst, write_ms, write_table
from services.storage.queries.counts import find_differences, rebuild_counts

SMALL = 10_000  # rows of the history that the cost of a stroke is compared with
SIZE = "SELECT pg_size_pretty(pg_table_size('predictions')), pg_size_pretty(pg_indexes_size('predictions'))"

T = TypeVar("T")
Query = Callable[[asyncpg.Connection], Awaitable[T]]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.storage", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="predictions in the history")
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS, help="parts to measure")
    parser.add_argument("--folder", type=Path, help="where the database lies; by default that of temporary files")
    options = parser.parse_args()
    rows: list[Row] = []
    with open_history(SMALL, options.folder) as history:
        small_ms = run(history.url, time_strokes) if "stroke" in options.only else 0.0
    if parts := [part for part in options.only if part != "crashes"]:
        rows += measure_history(options.rows, parts, options.folder, small_ms)
    if "crashes" in options.only:
        rows += measure_kills()
    print(write_table(rows))


def measure_history(number: int, parts: Collection[str], folder: Path | None, small_ms: float) -> list[Row]:
    """Fill a history and measure the parts on it."""
    began = time.perf_counter()
    with open_history(number, folder) as history:
        size, indexes = run(history.url, lambda connection: connection.fetchrow(SIZE))
        say(f"{number:,} rows in {time.perf_counter() - began:.0f} s: {size}, indexes {indexes}")
        rows: list[Row] = []
        if "reading" in parts:
            rows += run(history.url, measure_reading)
        if "stroke" in parts:
            large_ms = run(history.url, time_strokes)
            measured = f"{write_ms(small_ms)} and {write_ms(large_ms)}"
            rows.append((f"a stroke on the Draw page, {SMALL:,} and {number:,} rows", "the same", measured))
        if "ingest" in parts:
            with run_storage(history.url) as service:
                ingest = measure_ingest(service, history.url)
            shares = f"{ingest.http / ingest.asyncpg:.2f} × ({ingest.http:,.0f} and {ingest.asyncpg:,.0f} rows/s)"
            rows.append(("ingest over HTTP beside bare asyncpg", "≥ 0.5 ×", shares))
        if "exchange" in parts:
            with run_storage(history.url) as service:
                rows += measure_exchange(service.url, history.url)
        if "counts" in parts:
            rows += run(history.url, measure_counts)
    return rows


async def measure_reading(connection: asyncpg.Connection) -> list[Row]:
    """Statistics, pages and counts."""
    unfiltered, *filtered = await time_statistics(connection)
    first, deep = await time_pages(connection)
    counts = await time_counts(connection)
    for timing in sorted([*filtered, *first, *deep, *counts], key=lambda one: -one.milliseconds)[:20]:
        say(f"{write_ms(timing.milliseconds)} {timing.asked}")
    return [
        ("all statistics, no filter", "≤ 50 ms", write_ms(unfiltered.milliseconds)),
        ("all statistics, any one filter, worst", "≤ 200 ms", describe_worst(filtered)),
        ("first page, any two filters, worst", "≤ 20 ms", describe_worst(first)),
        ("ten-thousandth page, any two filters, worst", "≤ 20 ms", describe_worst(deep)),
        ("count, any two filters, worst", "–", describe_worst(counts)),
    ]


async def measure_counts(connection: asyncpg.Connection) -> list[Row]:
    """Verify the counts after everything else, and make them anew."""
    began = time.perf_counter()
    differing = await find_differences(connection)
    verified = time.perf_counter()
    await rebuild_counts(connection)
    rebuilt = time.perf_counter()
    return [
        ("sums that differ from a recount", "0", f"{differing}, found in {verified - began:.0f} s"),
        ("rebuilding the counts", "–", f"{rebuilt - verified:.0f} s"),
    ]


def measure_exchange(address: str, database_url: str) -> list[Row]:
    """Export everything, a part, and the newest with their drawings; import."""
    everything = measure_export(address, WITHOUT_DRAWINGS)
    half = measure_export(address, WITHOUT_DRAWINGS, since=run(database_url, find_middle))
    drawn = measure_export(address, WITH_DRAWINGS, since=run(database_url, find_large_drawings))
    imported = measure_import(address, database_url)
    shares = f"{imported.http / imported.copy:.2f} × ({imported.http:,.0f} and {imported.copy:,.0f} rows/s)"
    memory = f"{half.memory_mib:.0f} and {everything.memory_mib:.0f} MiB"
    return [
        ("export as Parquet without drawings", "≥ 20,000 rows/s", f"{everything.rows_per_s:,.0f} rows/s"),
        ("export as Parquet with drawings of 3 kB", "≥ 20,000 rows/s", f"{drawn.rows_per_s:,.0f} rows/s"),
        (f"memory of an export of {half.rows:,} and {everything.rows:,} rows", "the same", memory),
        ("bulk import beside COPY of the same rows", "≥ 0.4 ×", shares),
    ]


def measure_kills() -> list[Row]:
    """Kill the service and PostgreSQL."""
    damage = measure_crashes()
    found = f"{damage.lost}, {damage.duplicated}, {damage.half_written}, {damage.wrong_sums}"
    what = f"{ROUNDS} rounds of kill -9 under write load: rows lost, duplicated, half written, wrong sums"
    return [(what, "0, 0, 0, 0", f"{found} ({damage.acknowledged:,} rows acknowledged)")]


def run(url: str, query: Query[T]) -> T:
    """Run a query over a connection of its own."""

    async def connect_and_run() -> T:
        connection = await asyncpg.connect(url)
        try:
            return await query(connection)
        finally:
            await connection.close()

    return asyncio.run(connect_and_run())


def say(line: str) -> None:
    """Tell how far the benchmark is."""
    print(line, flush=True)


PARTS = ("reading", "stroke", "ingest", "exchange", "counts", "crashes")

if __name__ == "__main__":
    main()
