"""A migration of a long history while others store and read: how many of them fail, and how long the slowest waits.

The history begins as the version before drawings by content (decision 31) left it. The writers and readers send the
statements of that version, over connections of their own, and give up after as long as its service did.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg

from benchmarks.storage.bodies import make_prediction
from benchmarks.storage.database import open_history
from services.storage.lanes import ROWS
from services.storage.migrate import upgrade

BEFORE = "0004"
WRITERS = READERS = 4
INSERT = """
INSERT INTO predictions (id, created_at, digit, confidence, probabilities, digit_score, model_name, model_version,
                         source, drawing, media_type)
VALUES ($1, clock_timestamp(), 1, 1, array_fill(0.1::double precision, ARRAY[10]), 1, 'cnn', '12', 'canvas', $2,
        'image/png')
"""
READ = "SELECT id, drawing FROM predictions WHERE id = $1"
PAGE = "SELECT id, created_at, digit, label FROM predictions ORDER BY created_at DESC, id DESC LIMIT 50"

Request = Callable[[asyncpg.Connection], Awaitable[object]]


@dataclass
class Migrated:
    """What the writers and readers met during the migration. Times are in seconds."""

    took_s: float = 0.0
    requests: int = 0
    failed: int = 0
    longest_s: float = 0.0
    is_over: bool = False

    def note(self, seconds: float, *, failed: bool) -> None:
        """Count one request."""
        self.requests += 1
        self.failed += failed
        self.longest_s = max(self.longest_s, seconds)


def measure_migration(rows: int, timeout_s: float = ROWS.statement_s) -> Migrated:
    """Migrate a new history of so many rows from BEFORE to the newest schema. `timeout_s` of each statement."""
    with open_history(rows, revision=BEFORE) as history:
        return asyncio.run(migrate_under_load(history.url, timeout_s))


async def migrate_under_load(url: str, timeout_s: float) -> Migrated:
    """Migrate to the newest schema beside writers and readers."""
    migrated = Migrated()
    requests = [_store] * WRITERS + [_read] * READERS
    connections = [await asyncpg.connect(url, command_timeout=timeout_s) for _ in requests]
    others = asyncio.gather(*map(_repeat, connections, requests, [migrated] * len(requests)))
    began = time.perf_counter()
    await asyncio.to_thread(upgrade, url)
    migrated.took_s = time.perf_counter() - began
    migrated.is_over = True
    await others
    for connection in connections:
        await connection.close()
    return migrated


async def _repeat(connection: asyncpg.Connection, request: Request, migrated: Migrated) -> None:
    while not migrated.is_over:
        began = time.perf_counter()
        try:
            await request(connection)
            failed = False
        except (asyncpg.PostgresError, TimeoutError):
            failed = True
        migrated.note(time.perf_counter() - began, failed=failed)


async def _store(connection: asyncpg.Connection) -> UUID:
    prediction_id = uuid4()
    drawing = make_prediction(prediction_id.int).drawing
    await connection.execute(INSERT, prediction_id, drawing)
    return prediction_id


async def _read(connection: asyncpg.Connection) -> None:
    newest = await connection.fetch(PAGE)
    await connection.fetchrow(READ, newest[0]["id"])
