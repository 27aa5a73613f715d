"""Reads drawings, which are stored once by content, and moves those of older rows there.

A prediction from before migration 0005 has its drawing in its own row until `move_drawings` has moved it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

BATCH_ROWS = 500
BATCH_BYTES = 8 * 1024 * 1024  # a batch ends with the drawing that exceeds this; a drawing has up to 12 MiB

# $2 the owner whose predictions are seen, NULL for everybody's
READ = """
SELECT coalesce(drawing, content) AS content, media_type,
       encode(coalesce(drawing_sha256, sha256(drawing)), 'hex') AS sha256
FROM predictions LEFT JOIN drawings ON sha256 = drawing_sha256
WHERE id = $1 AND ($2::uuid IS NULL OR owner = $2)
"""

# $1 and $2 the place after which the batch begins → the place of its last row, NULL if it has none.
# Rows that another transaction changes at this moment stay for the next round.
MOVE = f"""
WITH unmoved AS (
    SELECT created_at, id, drawing FROM predictions
    WHERE drawing IS NOT NULL AND (created_at, id) > ($1, $2)
    ORDER BY created_at, id LIMIT {BATCH_ROWS} FOR UPDATE SKIP LOCKED
), batch AS MATERIALIZED (
    SELECT created_at, id, drawing, sha256(drawing) AS sha256 FROM (
        SELECT *, sum(octet_length(drawing)) OVER (ORDER BY created_at, id) - octet_length(drawing) AS bytes_before
        FROM unmoved
    ) AS measured
    WHERE bytes_before < {BATCH_BYTES}
), moved AS (
    UPDATE predictions SET drawing = NULL, drawing_sha256 = sha256 FROM batch WHERE predictions.id = batch.id
), kept AS (
    INSERT INTO drawings (sha256, content)
    SELECT DISTINCT ON (sha256) sha256, drawing FROM batch ORDER BY sha256
    ON CONFLICT DO NOTHING
)
SELECT created_at, id FROM batch ORDER BY created_at DESC, id DESC LIMIT 1
"""  # noqa: S608  constants only

HAS_UNMOVED = "SELECT EXISTS (SELECT FROM predictions WHERE drawing IS NOT NULL)"


@dataclass(frozen=True)
class Drawing:
    """A drawing as it was sent, and its SHA-256 in hexadecimal."""

    content: bytes
    media_type: str
    sha256: str


@dataclass(frozen=True)
class MovePlace:
    """The place of one row among those to move, oldest first."""

    created_at: datetime
    id: UUID


BEGINNING = MovePlace(datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))


async def read_drawing(connection: asyncpg.Connection, prediction_id: UUID, seen: UUID | None) -> Drawing | None:
    """Read a drawing; None if there is no such prediction."""
    record = await connection.fetchrow(READ, prediction_id, seen)
    return Drawing(**record) if record else None


async def move_drawings(connection: asyncpg.Connection, after: MovePlace) -> MovePlace | None:
    """Move the drawings of some older rows → the place of the last of them; None if there is none after the place.

    asyncpg.ForeignKeyViolationError if the same drawing was deleted at this moment; then nothing was moved.
    """
    record = await connection.fetchrow(MOVE, after.created_at, after.id)
    return MovePlace(**record) if record else None


async def has_unmoved_drawings(connection: asyncpg.Connection) -> bool:
    """Return whether a row has its drawing still in itself, also one that another transaction changes."""
    unmoved: bool = await connection.fetchval(HAS_UNMOVED)
    return unmoved
