"""Reads the state of the database: the revision of its schema, and whether it accepts changes."""

from dataclasses import dataclass

import asyncpg

STATE = """
SELECT (SELECT version_num FROM alembic_version) AS revision,
       obj_description('alembic_version'::regclass, 'pg_class') AS remark,
       current_setting('transaction_read_only')::boolean AS read_only
"""

# A drawing of a common size, so that it does not fit into the free space of a page that already exists.
INSERT_TRIAL = """
WITH drawn AS (
    INSERT INTO drawings (sha256, content)
    VALUES (sha256(gen_random_uuid()::text::bytea), decode(repeat('00', 65536), 'hex')) RETURNING sha256
)
INSERT INTO predictions (id, created_at, digit, confidence, probabilities, digit_score, model_name, model_version,
                         source, drawing_sha256, media_type)
SELECT gen_random_uuid(), now(), 0, 0, array_fill(0::double precision, ARRAY[10]), 0, 'trial', 'trial',
       'api', sha256, 'image/png' FROM drawn
"""


@dataclass(frozen=True)
class DatabaseState:
    """What a query about the whole database tells.

    `revision` is what Alembic recorded, None if every migration was undone. `remark` says which code works with it.
    """

    revision: str | None
    remark: str | None
    read_only: bool


async def read_state(connection: asyncpg.Connection) -> DatabaseState:
    """Read the state. It costs the database next to nothing."""
    return DatabaseState(**await connection.fetchrow(STATE))


async def try_to_write(connection: asyncpg.Connection) -> None:
    """Insert a prediction and undo it. It raises what storing a prediction would raise, for example DiskFullError."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(INSERT_TRIAL)
    finally:
        await transaction.rollback()
