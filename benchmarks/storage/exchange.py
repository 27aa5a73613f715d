"""How fast many predictions go out and in: exports, and an import over HTTP beside COPY of the same rows.

Both imports commit after the same number of rows. What they send is made before.
"""

import asyncio
import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from uuid import uuid4

import asyncpg
import httpx
import psutil

from benchmarks.fairness.services import TOKEN, Running
from benchmarks.storage.bodies import make_prediction
from services.storage.queries.imports import COLUMNS
from shared.contracts.exchange import MAX_IMPORTED, ImportRequest, PredictionToImport

EXPORTED = 200_000  # predictions
PARTS = 5  # of an import, each of MAX_IMPORTED predictions
TURNS = 3
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@dataclass(frozen=True)
class Export:
    """Rows per second, and how much the memory of the service grew after the first tenth of the rows."""

    rows_per_s: float
    growth_bytes: int


def measure_export(service: Running, drawings: bool) -> Export:
    """Read an export as a caller who throws it away."""
    process, rows, early = psutil.Process(service.process.pid), 0, 0
    params: dict[str, str] = {"drawings": str(drawings).lower()}
    if drawings:
        params["since"] = "2026-11-01T00:00:00Z"  # only the newest have drawings of the usual size
    with httpx.Client(base_url=service.url, headers=HEADERS, timeout=60) as client:
        began = time.perf_counter()
        while rows < EXPORTED:
            page = client.get("/v1/export", params=params).raise_for_status()
            rows += page.content.count(b"\n")
            early = early or (process.memory_info().rss if rows >= EXPORTED / 10 else 0)
            if (cursor := page.headers.get("X-Next-Cursor")) is None:
                break
            params["cursor"] = cursor
        seconds = time.perf_counter() - began
    return Export(rows / seconds, process.memory_info().rss - early)


@dataclass(frozen=True)
class Import:
    """Medians in rows per second."""

    http: float
    copy: float


def measure_import(service: Running, database_url: str) -> Import:
    """Import and copy in turn."""
    turns = [(_time_http(service, _make_parts()), _time_copy(database_url, _make_parts())) for _ in range(TURNS)]
    http, copy = zip(*turns, strict=True)
    return Import(median(http), median(copy))


def _make_parts() -> list[list[PredictionToImport]]:
    return [[_make_import() for _ in range(MAX_IMPORTED)] for _ in range(PARTS)]


def _make_import() -> PredictionToImport:
    made = make_prediction(uuid4().int, model_name="imported")
    fields = made.model_dump(exclude={"drawing", "created_at"})
    return PredictionToImport.model_construct(
        **{**fields, "model": made.model}, id=uuid4(), created_at=datetime.now(UTC), drawing=made.drawing
    )


def _time_http(service: Running, parts: Iterable[list[PredictionToImport]]) -> float:
    bodies = [ImportRequest.model_construct(predictions=part).model_dump_json() for part in parts]
    headers = HEADERS | {"Content-Type": "application/json"}
    with httpx.Client(base_url=service.url, headers=headers, timeout=60) as client:
        began = time.perf_counter()
        for body in bodies:
            client.post("/v1/import", content=body).raise_for_status()
        return PARTS * MAX_IMPORTED / (time.perf_counter() - began)


def _time_copy(database_url: str, parts: Iterable[list[PredictionToImport]]) -> float:
    return asyncio.run(_copy(database_url, [[_make_record(one) for one in part] for part in parts]))


async def _copy(database_url: str, parts: list[list[tuple[object, ...]]]) -> float:
    connection = await asyncpg.connect(database_url)
    began = time.perf_counter()
    for part in parts:
        async with connection.transaction():
            drawings = [(record[-2], record[-1]) for record in part]
            await connection.copy_records_to_table("drawings", records=drawings, columns=("sha256", "content"))
            rows = [record[:-1] for record in part]
            await connection.copy_records_to_table("predictions", records=rows, columns=COLUMNS)
    seconds = time.perf_counter() - began
    await connection.close()
    return PARTS * MAX_IMPORTED / seconds


def _make_record(one: PredictionToImport) -> tuple[object, ...]:
    return (
        *(one.id, one.created_at, one.digit, one.confidence, one.probabilities, one.digit_score, one.rejected),
        *(one.model.name, one.model.version, one.source, None, None, None, "image/png"),
        *(hashlib.sha256(one.drawing).digest(), one.drawing),
    )
