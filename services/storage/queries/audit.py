"""The audit: who did what when. The service may add entries and read them, but not change or delete them."""

import json
from collections.abc import Mapping

import asyncpg

from shared.contracts.access import AuditEntry, AuditPage

Details = Mapping[str, str | int | bool | None]

INSERT = "INSERT INTO audit (who, action, details) VALUES ($1, $2, $3)"
PAGE = """
SELECT id, at, who, action, details FROM audit WHERE $1::bigint IS NULL OR id < $1 ORDER BY id DESC LIMIT $2
"""


async def write_audit(connection: asyncpg.Connection, who: str, action: str, details: Details) -> None:
    """Add an entry. `details` must not hold a secret."""
    await connection.execute(INSERT, who, action, json.dumps(dict(details)))


async def read_audit(connection: asyncpg.Connection, before: int | None, limit: int) -> AuditPage:
    """Read the newest entries, or those before the entry with the id `before`, newest first."""
    records = await connection.fetch(PAGE, before, limit + 1)
    entries = [AuditEntry(**{**record, "details": json.loads(record["details"])}) for record in records[:limit]]
    return AuditPage(entries=entries, next_before=entries[-1].id if len(records) > limit else None)
