"""Named tokens and signing keys."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.storage.access.signed_tokens import SigningKey
from shared.contracts.access import Scope

VALID = "SELECT id, name, hash, scopes, created_at, revoked_at, last_used FROM tokens WHERE revoked_at IS NULL"
LIST = "SELECT id, name, hash, scopes, created_at, revoked_at, last_used FROM tokens ORDER BY name, created_at, id"
INSERT = "INSERT INTO tokens (name, hash, scopes) VALUES ($1, $2, $3)"
REVOKE = "UPDATE tokens SET revoked_at = clock_timestamp() WHERE name = $1 AND revoked_at IS NULL"
REVOKE_OLDER = REVOKE + " AND hash <> $2"
USED = "UPDATE tokens SET last_used = current_date WHERE id = $1 AND last_used IS DISTINCT FROM current_date"

KEYS = "SELECT id, secret FROM signing_keys WHERE retired_at IS NULL ORDER BY created_at DESC, id"
INSERT_KEY = "INSERT INTO signing_keys (secret) VALUES ($1) RETURNING id"
RETIRE_OTHERS = "UPDATE signing_keys SET retired_at = clock_timestamp() WHERE retired_at IS NULL AND id <> $1"


@dataclass(frozen=True)
class NamedToken:
    """A named token as the database keeps it: with the SHA-256 of its secret."""

    id: UUID
    name: str
    hash: bytes
    scopes: frozenset[Scope]
    created_at: datetime
    revoked_at: datetime | None
    last_used: date | None


def _to_token(record: asyncpg.Record) -> NamedToken:
    return NamedToken(**{**record, "scopes": frozenset(record["scopes"])})


async def read_valid_tokens(connection: asyncpg.Connection) -> list[NamedToken]:
    """Read every token that is not revoked."""
    return [_to_token(record) for record in await connection.fetch(VALID)]


async def read_all_tokens(connection: asyncpg.Connection) -> list[NamedToken]:
    """Read every token, also the revoked ones, ordered by name and age."""
    return [_to_token(record) for record in await connection.fetch(LIST)]


async def insert_token(connection: asyncpg.Connection, name: str, secret_hash: bytes, scopes: Iterable[Scope]) -> None:
    """Insert a token. A name may have several."""
    await connection.execute(INSERT, name, secret_hash, sorted(scopes))


async def revoke_tokens(connection: asyncpg.Connection, name: str, *, keep: bytes | None = None) -> int:
    """Revoke the valid tokens of a name, except the one with the hash `keep` → how many."""
    done: str = await (
        connection.execute(REVOKE, name) if keep is None else connection.execute(REVOKE_OLDER, name, keep)
    )
    return int(done.rpartition(" ")[2])


async def note_use(connection: asyncpg.Connection, token_id: UUID) -> None:
    """Note that a token was used today."""
    await connection.execute(USED, token_id)


async def read_signing_keys(connection: asyncpg.Connection) -> list[SigningKey]:
    """Read the keys that are not retired, newest first."""
    return [SigningKey(**record) for record in await connection.fetch(KEYS)]


async def insert_signing_key(connection: asyncpg.Connection, secret: bytes) -> UUID:
    """Insert a key of 32 random bytes → its id."""
    key_id: UUID = await connection.fetchval(INSERT_KEY, secret)
    return key_id


async def retire_other_keys(connection: asyncpg.Connection, kept: UUID) -> None:
    """Retire all keys but one: every token that they signed ends."""
    await connection.execute(RETIRE_OTHERS, kept)
