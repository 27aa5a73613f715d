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
COUNT = """
SELECT count(*) AS all, count(*) FILTER (WHERE address = $3) AS here FROM sign_in_attempts
WHERE id <> $1 AND method = $2
"""
INSERT = "INSERT INTO sign_in_attempts (id, method, address) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING"
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
    connection: asyncpg.Connection, attempt: UUID, method: str, address: str, limits: AttemptLimits
) -> bool:
    """Count an attempt before it is checked, so that many at once are not more than allowed → whether it is allowed.

    An attempt with the same id counts once. The lock makes copies of the service count one after the other.
    """
    async with connection.transaction():
        await connection.execute(LOCK)
        await connection.execute(FORGET_OLD, limits.within_s)
        counted = await connection.fetchrow(COUNT, attempt, method, address)
        if counted["here"] >= limits.from_one_address or counted["all"] >= limits.from_all:
            return False
        await connection.execute(INSERT, attempt, method, address)
        return True


async def forgive_attempt(connection: asyncpg.Connection, attempt: UUID) -> None:
    """Do not count an attempt: it succeeded, or could not be checked."""
    await connection.execute(FORGIVE, attempt)
