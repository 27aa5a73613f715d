"""Stores, reads and deletes one prediction.

Each function runs single statements that commit by themselves. None needs a transaction. `seen` and `changeable` are
the owner whose predictions the caller may see or change, None for everybody's: access/visibility.py decides it. To
others a prediction does not exist. An id that was deleted is refused for a day (queries/deleted.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from services.storage.access.caller import Caller
from services.storage.queries.true_digit import decode_label
from shared.contracts.message import ModelVersion
from shared.contracts.storage import PredictionToStore, StoredPrediction
from shared.web.media_type import MediaType

STORING_LOCK = 0x51A7  # as in migration 0007

COLUMNS = """id, created_at, digit, confidence, probabilities, digit_score, model_name, model_version, source,
label, labelled_at, rejected, owner"""

# $1 id, $2 created_at or NULL, $3 digit, and so on in the order of the columns. The drawing follows the prediction, so
# that none is left over if the prediction exists already; the foreign key is checked at the end of the statement.
# `refuse_deleted` comes last too: it sees what was committed while the prediction was inserted (migration 0007).
INSERT = f"""
WITH stored AS (
    INSERT INTO predictions (id, created_at, digit, confidence, probabilities, digit_score, model_name, model_version,
                             source, drawing_sha256, media_type, rejected, owner)
    VALUES ($1, COALESCE($2, clock_timestamp()), $3, $4, $5, $6, $7, $8, $9, sha256($10), $11, $12, $13)
    ON CONFLICT (id) DO NOTHING
    RETURNING {COLUMNS}, drawing_sha256
), drawn AS (
    INSERT INTO drawings (sha256, content) SELECT drawing_sha256, $10 FROM stored ON CONFLICT DO NOTHING
)
SELECT {COLUMNS} FROM stored WHERE refuse_deleted(id)
"""  # noqa: S608  constants only

COMPARE = f"""
SELECT {COLUMNS},
       ($2::timestamptz IS NULL OR created_at = $2)
       AND (digit, confidence, probabilities, digit_score) = ($3, $4, $5, $6)
       AND (model_name, model_version, source, media_type, rejected) = ($7, $8, $9, $11, $12)
       AND coalesce(drawing_sha256, sha256(drawing)) = sha256($10) AS same_content,
       owner IS NOT DISTINCT FROM $13 AS same_owner
FROM predictions WHERE id = $1
"""  # noqa: S608  constants only

# $2 the owner whose predictions are seen, NULL for everybody's
READ = f"SELECT {COLUMNS} FROM predictions WHERE id = $1 AND ($2::uuid IS NULL OR owner = $2)"  # noqa: S608  constants only

# $2 whether to keep a labelled prediction, $3 the owner whose predictions may be deleted, NULL for everybody's, $4 who,
# for the audit, $5 the owner that this caller is. The page replaces an unfinished drawing after each stroke with
# `unlabelled_only`; that is no deletion that somebody would look for in the audit. The id is remembered also without a
# row, because the request that stores it may be late.
DELETE = """
WITH deleted AS (
    DELETE FROM predictions
    WHERE id = $1 AND (label IS NULL OR NOT $2) AND ($3::uuid IS NULL OR owner = $3)
    RETURNING id, owner
), remembered AS (
    INSERT INTO deleted_predictions (id)
    SELECT $1 WHERE EXISTS (SELECT FROM deleted) OR NOT EXISTS (SELECT FROM predictions WHERE id = $1)
    ON CONFLICT (id) DO UPDATE SET deleted_at = excluded.deleted_at
), noted AS (
    INSERT INTO audit (who, action, details)
    SELECT $4, 'delete', jsonb_build_object('prediction', id) FROM deleted
    WHERE NOT ($2 AND owner IS NOT DISTINCT FROM $5)
)
SELECT count(*) > 0 FROM deleted
"""

# Waits for the transactions that store this id and have not seen that it was deleted.
AWAIT_STORING = f"SELECT pg_advisory_xact_lock({STORING_LOCK}, uuid_hash($1))"


class DeletedBeforeError(Exception):
    """A prediction with this id was deleted."""


@dataclass(frozen=True)
class Stored:
    """The result of storing a prediction.

    `created` is true the first time. `same_content` is false if another prediction already has this id, and
    `same_owner` if the prediction is somebody else's.
    """

    prediction: StoredPrediction
    created: bool
    same_content: bool
    same_owner: bool


def to_stored_prediction(record: Mapping[str, Any], caller: UUID | None) -> StoredPrediction:
    """Convert a record with `COLUMNS` to the message for a caller, whose own predictions are marked as `mine`."""
    fields = dict(record)
    owner = fields.pop("owner")
    mine = owner is not None and owner == caller
    model = ModelVersion(name=fields.pop("model_name"), version=fields.pop("model_version"))
    return StoredPrediction(model=model, label=decode_label(fields.pop("label")), mine=mine, **fields)


async def store_prediction(
    connection: asyncpg.Connection,
    prediction_id: UUID,
    prediction: PredictionToStore,
    media_type: MediaType,
    owner: UUID | None,
) -> Stored:
    """Insert the prediction, or compare it with the stored one of this id. A stored prediction is never changed.

    DeletedBeforeError. asyncpg.ForeignKeyViolationError if the last prediction with this drawing was deleted at this
    moment.
    """
    parameters = (
        prediction_id,
        prediction.created_at,
        prediction.digit,
        prediction.confidence,
        prediction.probabilities,
        prediction.digit_score,
        prediction.model.name,
        prediction.model.version,
        prediction.source,
        prediction.drawing,
        media_type,
        prediction.rejected,
        owner,
    )
    while True:  # repeats only if another request deletes the row between the two statements
        try:
            record = await connection.fetchrow(INSERT, *parameters)
        except asyncpg.UniqueViolationError as error:  # of `refuse_deleted`
            raise DeletedBeforeError from error
        if record:
            return Stored(to_stored_prediction(record, owner), created=True, same_content=True, same_owner=True)
        if record := await connection.fetchrow(COMPARE, *parameters):
            fields = dict(record)
            same = {name: fields.pop(name) for name in ("same_content", "same_owner")}
            return Stored(to_stored_prediction(fields, owner), created=False, **same)


async def read_prediction(
    connection: asyncpg.Connection, prediction_id: UUID, seen: UUID | None, caller: UUID | None
) -> StoredPrediction | None:
    """Read a prediction; None if there is none."""
    record = await connection.fetchrow(READ, prediction_id, seen)
    return to_stored_prediction(record, caller) if record else None


async def delete_prediction(
    connection: asyncpg.Connection,
    prediction_id: UUID,
    unlabelled_only: bool,
    changeable: UUID | None,
    caller: Caller,
) -> bool:
    """Delete the prediction with its drawing and label → whether there was one. The audit notes it.

    `unlabelled_only` keeps a prediction that has a label.
    """
    parameters = prediction_id, unlabelled_only, changeable, caller.name, caller.owner
    deleted: bool = await connection.fetchval(DELETE, *parameters)
    if not deleted:  # somebody may be storing it
        await connection.execute(AWAIT_STORING, prediction_id)
        deleted = await connection.fetchval(DELETE, *parameters)
    return deleted
