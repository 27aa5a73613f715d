"""Keeps the labels that are suspected to be wrong, until a curator reviews them or they are suspected no more.

A suspicion is about the label of the moment when it was found. It is void once the prediction has another label.
"""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.storage.queries.audit import write_audit
from services.storage.queries.true_digit import encode_label
from shared.contracts.suspected import SuspectedLabel, SuspectedLabelsStored

# One request after the other, so that the last one decides.
LOCK = "SELECT pg_advisory_xact_lock(x'51A7E522'::bigint)"
# $1 ids, $2 labels, $3 suggested labels, $4 probabilities. A prediction that is changed or deleted at this moment is
# skipped, so that this never waits for another transaction.
STORE = """
WITH found AS (
    SELECT DISTINCT ON (id) id, label, suggested, probability
    FROM unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::real[]) AS found (id, label, suggested, probability)
    ORDER BY id
), labelled AS (
    SELECT found.* FROM found JOIN predictions USING (id, label) ORDER BY id FOR KEY SHARE OF predictions SKIP LOCKED
), stored AS (
    INSERT INTO suspected_labels AS known (prediction_id, label, suggested, probability)
    SELECT * FROM labelled
    ON CONFLICT (prediction_id) DO UPDATE
    SET label = excluded.label, suggested = excluded.suggested, probability = excluded.probability,
        found_at = CASE WHEN known.label = excluded.label THEN known.found_at ELSE clock_timestamp() END,
        reviewed_at = NULL
    WHERE known.reviewed_at IS NULL OR known.label <> excluded.label
    RETURNING 1
)
SELECT count(*) FROM stored
"""
FORGET = """
DELETE FROM suspected_labels
WHERE reviewed_at IS NULL AND NOT EXISTS (SELECT FROM unnest($1::uuid[]) AS found (id) WHERE id = prediction_id)
"""
# $2 the label that was suspected, $3 the label that a curator gives
REVIEW = """
UPDATE suspected_labels SET label = $3, reviewed_at = clock_timestamp()
WHERE prediction_id = $1 AND label = $2
"""
# $2 the label that a curator takes back, $3 the one from before it
REOPEN = """
UPDATE suspected_labels SET label = $3, reviewed_at = NULL
WHERE prediction_id = $1 AND label = $2 AND reviewed_at IS NOT NULL
"""


async def replace_suspected_labels(
    connection: asyncpg.Connection, suspected: Sequence[SuspectedLabel], model: str, who: str
) -> SuspectedLabelsStored:
    """Replace all suspicions that nobody has reviewed. The audit notes how many there are now."""
    ids = [one.id for one in suspected]
    labels = [encode_label(one.label) for one in suspected]
    suggested = [encode_label(one.suggested) for one in suspected]
    async with connection.transaction():
        await connection.execute(LOCK)
        stored: int = await connection.fetchval(STORE, ids, labels, suggested, [one.probability for one in suspected])
        await connection.execute(FORGET, ids)
        await write_audit(connection, who, "suspect_labels", {"model": model, "labels": stored})
    return SuspectedLabelsStored(stored=stored, skipped=len(suspected) - stored)


async def review_label(connection: asyncpg.Connection, prediction_id: UUID, before: int | None, after: int) -> None:
    """Note that a curator has looked at the label, if it was suspected. The new label is then a reviewed one."""
    await connection.execute(REVIEW, prediction_id, before, after)


async def reopen_suspicion(connection: asyncpg.Connection, prediction_id: UUID, taken_back: int, before: int) -> None:
    """Forget that a curator has looked at the label, after that curator took the answer back."""
    await connection.execute(REOPEN, prediction_id, taken_back, before)
