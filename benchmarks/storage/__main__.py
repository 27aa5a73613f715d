"""`python -m benchmarks.storage [--rows 10000000]` measures storage over a long history and prints a table.

It fills an embedded PostgreSQL, which takes 1 GB of disk for each million rows and most of the time of the benchmark.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path
from typing import TypeVar

import asyncpg

from benchmarks.fairness.services import Running, run_storage
from benchmarks.storage.crashes import ROUNDS, measure_crashes
from benchmarks.storage.database import open_history
from benchmarks.storage.exchange import measure_export, measure_import
from benchmarks.storage.ingest import measure_ingest
from benchmarks.storage.migration import measure_migration
from benchmarks.storage.reading import time_counts, time_least_sure, time_pages, time_statistics
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
    parser.add_argument("--folder", type=Path, help="keep the database there for the next run")
    options = parser.parse_args()
    rows: list[Row] = []
    small_ms = 0.0
    if "stroke" in options.only:
        with open_history(SMALL) as history:
            small_ms = run(history.url, time_strokes)
    if parts := [part for part in options.only if part not in OWN_HISTORY]:
        rows += measure_history(options.rows, parts, options.folder, small_ms)
    if "migration" in options.only:
        rows.append(measure_upgrade(options.rows))
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
        with run_storage(history.url) as service:
            if "ingest" in parts:
                rows.append(measure_writers(service, history.url))
            if "exchange" in parts:
                rows += measure_exchange(service, history.url)
        if "counts" in parts:
            rows += run(history.url, measure_counts)
    return rows


async def measure_reading(connection: asyncpg.Connection) -> list[Row]:
    """Statistics, pages and counts."""
    unfiltered, *filtered = await time_statistics(connection)
    first, deep = await time_pages(connection)
    least_sure = await time_least_sure(connection)
    counts = await time_counts(connection)
    for timing in sorted([*filtered, *first, *deep, *least_sure, *counts], key=lambda one: -one.milliseconds)[:20]:
        say(f"{write_ms(timing.milliseconds)} {timing.asked}")
    return [
        ("all statistics, no filter", "≤ 50 ms", write_ms(unfiltered.milliseconds)),
        ("all statistics, any one filter, worst", "≤ 200 ms", describe_worst(filtered)),
        ("first page, any two filters, worst", "≤ 20 ms", describe_worst(first)),
        ("ten-thousandth page, any two filters, worst", "≤ 20 ms", describe_worst(deep)),
        ("first page, least sure first, any two filters, worst", "–", describe_worst(least_sure)),
        ("count, any two filters, worst", "–", describe_worst(counts)),
    ]


def measure_writers(service: Running, url: str) -> Row:
    """Single predictions."""
    ingest = measure_ingest(service, url)
    shares = f"{ingest.http / ingest.asyncpg:.2f} × ({ingest.http:,.0f} and {ingest.asyncpg:,.0f} rows/s)"
    return ("ingest over HTTP, 16 connections, beside bare asyncpg", "≥ 0.5 ×", shares)


def measure_exchange(service: Running, url: str) -> list[Row]:
    """Export and import."""
    rows = []
    for what, drawings in (("without drawings", False), ("with drawings of 3 kB", True)):
        export = measure_export(service, drawings)
        measured = f"{export.rows_per_s:,.0f} rows/s, memory {export.growth_bytes / 2**20:+.0f} MiB"
        rows.append((f"export {what}", "≥ 20,000 rows/s, memory constant", measured))
    done = measure_import(service, url)
    shares = f"{done.http / done.copy:.2f} × ({done.http:,.0f} and {done.copy:,.0f} rows/s)"
    return [*rows, ("import over HTTP beside COPY of the same rows", "≥ 0.4 ×", shares)]


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


def measure_upgrade(number: int) -> Row:
    """Migrate while others write."""
    done = measure_migration(number)
    what = f"a migration of {number:,} rows while others store and read: requests that failed"
    waited = f"longest {write_ms(done.longest_s * 1000)}, migration {done.took_s:.0f} s"
    return (what, "0", f"{done.failed} of {done.requests:,}, {waited}")


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


PARTS = ("reading", "stroke", "ingest", "exchange", "counts", "migration", "crashes")
OWN_HISTORY = ("migration", "crashes")  # parts that make a history of their own

if __name__ == "__main__":
    main()
