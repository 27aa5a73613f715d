"""Deletes everything that one owner has stored, in batches that commit."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg

BATCH_ROWS = 500

# $1 the owner, $2 who, for the audit. The labels of a prediction and their history go with it. The ids are remembered
# (queries/deleted.py), so that no late request stores one of them again.
DELETE_BATCH = f"""
WITH deleted AS (
    DELETE FROM predictions WHERE id IN (SELECT id FROM predictions WHERE owner = $1 LIMIT {BATCH_ROWS})
    RETURNING id
), remembered AS (
    INSERT INTO deleted_predictions (id) SELECT id FROM deleted
    ON CONFLICT (id) DO UPDATE SET deleted_at = excluded.deleted_at
), noted AS (
    INSERT INTO audit (who, action, details)
    SELECT $2, 'delete_mine', jsonb_build_object('predictions', count(*)) FROM deleted HAVING count(*) > 0
)
SELECT count(*) FROM deleted
"""  # noqa: S608  constants only
DELETE_OPINIONS = "DELETE FROM label_history WHERE by_owner = $1"


async def delete_all(delete: Callable[[], Awaitable[int]]) -> int:
    """Delete batches until one is empty → how many predictions. `delete` is `delete_batch` of an owner."""
    total = 0
    while deleted := await delete():
        total += deleted
    return total


async def delete_batch(connection: asyncpg.Connection, owner: UUID, who: str) -> int:
    """Delete up to BATCH_ROWS predictions of the owner → how many. The audit notes the number in the same commit."""
    deleted: int = await connection.fetchval(DELETE_BATCH, owner, who)
    return deleted


async def delete_given_labels(connection: asyncpg.Connection, owner: UUID) -> None:
    """Delete from the history what the owner said about the drawings of others."""
    await connection.execute(DELETE_OPINIONS, owner)
