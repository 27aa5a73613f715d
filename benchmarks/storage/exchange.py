"""How fast predictions are exported, and imported beside COPY of the same rows into the same tables.

Exports are written as Parquet in a process of their own, once of a part and once of more rows, so that its memory can
be compared. Rows to import have drawings of 3 kB, all different; COPY puts them into both tables in one transaction,
with all their indexes and triggers, and is given the rows as they are.
"""

import asyncio
import base64
import hashlib
import multiprocessing
import resource
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from uuid import UUID, uuid4

import asyncpg

from benchmarks.fairness.services import TOKEN
from benchmarks.storage.bodies import make_prediction
from benchmarks.storage.database import LARGE_DRAWINGS
from services.storage.queries.imports import COLUMNS
from shared.exchange.client import ExchangeClient, Row
from shared.exchange.parquet_export import export_parquet
from shared.exchange.parquet_import import PART_ROWS
from shared.exchange.sending import send_parts

IMPORTED = 10_000  # rows in one turn
TURNS = 3
WITHOUT_DRAWINGS, WITH_DRAWINGS = {"drawings": "false"}, {"drawings": "true"}
PROCESSES = multiprocessing.get_context("spawn")


PLACE = """
SELECT to_json(created_at AT TIME ZONE 'UTC') #>> '{}' || 'Z'
FROM predictions ORDER BY created_at DESC LIMIT 1 OFFSET $1
"""


@dataclass(frozen=True)
class Exported:
    """How many rows were written per second, and the largest memory of the process that wrote them."""

    rows: int
    rows_per_s: float
    memory_mib: float


@dataclass(frozen=True)
class Imported:
    """Medians in rows per second."""

    http: float
    copy: float


async def find_middle(connection: asyncpg.Connection) -> str:
    """Return the time from which on half of the predictions are."""
    return await _find_time(connection, await connection.fetchval("SELECT count(*) / 2 FROM predictions"))


async def find_large_drawings(connection: asyncpg.Connection) -> str:
    """Return the time from which on drawings have 3 kB."""
    count = await connection.fetchval("SELECT count(*) FROM predictions")
    return await _find_time(connection, min(LARGE_DRAWINGS, count) - 1)


async def _find_time(connection: asyncpg.Connection, offset: int) -> str:
    time: str = await connection.fetchval(PLACE, offset)
    return time


def measure_export(address: str, query: dict[str, str], since: str | None = None) -> Exported:
    """Export everything from a time on."""
    period = {} if since is None else {"since": since}
    with PROCESSES.Pool(1) as pool:
        return pool.apply(_export, (address, {**query, **period}))


def _export(address: str, query: dict[str, str]) -> Exported:
    counts: list[int] = []
    with tempfile.TemporaryDirectory() as folder, ExchangeClient(address, api_key=TOKEN) as client:
        began = time.perf_counter()
        export_parquet(client, Path(folder), query, counts.append)
        seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Exported(sum(counts), sum(counts) / seconds, memory)


def measure_import(address: str, database_url: str) -> Imported:
    """Let both store rows in turn."""
    turns = []
    for turn in range(TURNS):
        rows = [_make_row(turn * IMPORTED + number) for number in range(IMPORTED)]
        copied = [_make_row(turn * IMPORTED + number) for number in range(IMPORTED)]
        turns.append((_import(address, rows), asyncio.run(_copy(database_url, copied))))
    http, copy = zip(*turns, strict=True)
    return Imported(median(http), median(copy))


def _import(address: str, rows: list[Row]) -> float:
    with ExchangeClient(address, api_key=TOKEN) as client:
        began = time.perf_counter()
        send_parts(client, (rows[first : first + PART_ROWS] for first in range(0, IMPORTED, PART_ROWS)), lambda _: None)
        return IMPORTED / (time.perf_counter() - began)


async def _copy(database_url: str, rows: list[Row]) -> float:
    predictions = [_make_record(row) for row in rows]
    drawings = [(record[-1], base64.b64decode(row["drawing"])) for record, row in zip(predictions, rows, strict=True)]
    connection = await asyncpg.connect(database_url)
    began = time.perf_counter()
    async with connection.transaction():
        await connection.copy_records_to_table("drawings", records=drawings, columns=("sha256", "content"))
        await connection.copy_records_to_table("predictions", records=predictions, columns=COLUMNS)
    seconds = time.perf_counter() - began
    await connection.close()
    return IMPORTED / seconds


def _make_row(number: int) -> Row:
    row: Row = make_prediction(number).model_dump(mode="json")
    salt = uuid4()  # the drawing that COPY stores is another than that of the import
    drawing = base64.b64decode(row["drawing"])[:-16] + salt.bytes
    return {**row, "id": str(salt), "drawing": base64.b64encode(drawing).decode()}


def _make_record(row: Row) -> tuple[object, ...]:
    values = {
        **row,
        "id": UUID(row["id"]),
        "created_at": datetime.fromisoformat(row["created_at"]),
        "model_name": row["model"]["name"],
        "model_version": row["model"]["version"],
        "media_type": "image/png",
        "drawing_sha256": hashlib.sha256(base64.b64decode(row["drawing"])).digest(),
    }
    return tuple(values.get(column) for column in COLUMNS)
