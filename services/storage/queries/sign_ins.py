"""The local curator's password, and the attempts to sign in, which all copies of the service count together."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

READ_HASH = "SELECT password FROM local_curator"
SET_HASH = """
INSERT INTO local_curator (password) VALUES ($1)
ON CONFLICT (only_row) DO UPDATE SET password = excluded.password, set_at = clock_timestamp()
"""
SET_FIRST_HASH = "INSERT INTO local_curator (password) VALUES ($1) ON CONFLICT DO NOTHING RETURNING true"

LOCK = "SELECT pg_advisory_xact_lock(x'51A7E516'::bigint)"  # an arbitrary number
FORGET_OLD = "DELETE FROM sign_in_attempts WHERE at < clock_timestamp() - make_interval(secs => $1)"
COUNT = "SELECT count(*) AS all, count(*) FILTER (WHERE address = $2) AS here FROM sign_in_attempts WHERE method = $1"
INSERT = "INSERT INTO sign_in_attempts (method, address) VALUES ($1, $2) RETURNING id"
FORGIVE = "DELETE FROM sign_in_attempts WHERE id = $1"


@dataclass(frozen=True)
class AttemptLimits:
    """How many failed attempts are allowed within a time: from one address, and from all together."""

    within_s: float
    from_one_address: int
    from_all: int


async def read_password(connection: asyncpg.Connection) -> str | None:
    """Read the hash of the local curator's password; None if none was made."""
    hashed: str | None = await connection.fetchval(READ_HASH)
    return hashed


async def set_password(connection: asyncpg.Connection, hashed: str) -> None:
    """Set or replace the password."""
    await connection.execute(SET_HASH, hashed)


async def set_first_password(connection: asyncpg.Connection, hashed: str) -> bool:
    """Set the password if there is none → whether it was set."""
    return await connection.fetchval(SET_FIRST_HASH, hashed) is not None


async def begin_attempt(
    connection: asyncpg.Connection, method: str, address: str, limits: AttemptLimits
) -> UUID | None:
    """Count an attempt before it is checked, so that many at once are not more than allowed → its id.

    None if too many failed. The lock makes copies of the service count one after the other.
    """
    async with connection.transaction():
        await connection.execute(LOCK)
        await connection.execute(FORGET_OLD, limits.within_s)
        counted = await connection.fetchrow(COUNT, method, address)
        if counted["here"] >= limits.from_one_address or counted["all"] >= limits.from_all:
            return None
        attempt: UUID = await connection.fetchval(INSERT, method, address)
        return attempt


async def forgive_attempt(connection: asyncpg.Connection, attempt: UUID) -> None:
    """Do not count an attempt: it succeeded, or could not be checked."""
    await connection.execute(FORGIVE, attempt)
