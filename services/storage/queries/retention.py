"""Deletes predictions that are older than they may become, in batches that commit, and notes each in the audit."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

BATCH_ROWS = 500

# $1 the time before which predictions are too old, $2 whether labelled ones are meant, $3 and $4 the place after which
# the batch begins, $5 who, for the audit. A row that somebody else changes at this moment, for example by a label,
# stays for the next round. The drawings and the history of labels go with the predictions.
DELETE = f"""
WITH old AS (
    SELECT id FROM predictions
    WHERE created_at < $1 AND (label IS NOT NULL) = $2 AND (created_at, id) > ($3, $4)
    ORDER BY created_at, id LIMIT {BATCH_ROWS} FOR UPDATE SKIP LOCKED
), deleted AS (
    DELETE FROM predictions USING old WHERE predictions.id = old.id RETURNING predictions.created_at, predictions.id
), noted AS (
    INSERT INTO audit (who, action, details)
    SELECT $5, 'retention',
           jsonb_build_object('predictions', count(*), 'labelled', $2::boolean, 'before', $1::timestamptz)
    FROM deleted HAVING count(*) > 0
)
SELECT created_at, id, count(*) OVER () AS deleted FROM deleted ORDER BY created_at DESC, id DESC LIMIT 1
"""  # noqa: S608  constants only


@dataclass(frozen=True)
class Deleted:
    """A batch that was deleted: how many predictions, and the place of the newest of them."""

    created_at: datetime
    id: UUID
    deleted: int


BEGINNING = Deleted(datetime(1, 1, 1, tzinfo=UTC), UUID(int=0), 0)


async def delete_old(
    connection: asyncpg.Connection, before: datetime, labelled: bool, after: Deleted, who: str
) -> Deleted | None:
    """Delete some predictions from before a time, with a label or without; None if there is none after the place."""
    record = await connection.fetchrow(DELETE, before, labelled, after.created_at, after.id, who)
    return Deleted(**record) if record else None
