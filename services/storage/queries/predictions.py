"""Stores, reads, labels and deletes one prediction.

Each function runs single statements that commit by themselves. None needs a transaction.
"""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from services.storage.queries.true_digit import decode_label, encode_label
from shared.contracts.message import ModelVersion
from shared.contracts.storage import PredictionToStore, StoredPrediction, TrueDigit
from shared.web.media_type import MediaType

# The `noqa: S608` below are safe, because this constant is all that the f-strings insert.
COLUMNS = """id, created_at, digit, confidence, probabilities, digit_score, model_name, model_version, source,
label, labelled_at"""

# $1 id, $2 created_at or NULL, $3 digit, and so on in the order of the columns
INSERT = f"""
INSERT INTO predictions (id, created_at, digit, confidence, probabilities, digit_score, model_name, model_version,
                         source, drawing, media_type)
VALUES ($1, COALESCE($2, clock_timestamp()), $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (id) DO NOTHING
RETURNING {COLUMNS}
"""  # noqa: S608

COMPARE = f"""
SELECT {COLUMNS},
       ($2::timestamptz IS NULL OR created_at = $2)
       AND (digit, confidence, probabilities, digit_score) = ($3, $4, $5, $6)
       AND (model_name, model_version, source, drawing, media_type) = ($7, $8, $9, $10, $11) AS same_content
FROM predictions WHERE id = $1
"""  # noqa: S608

READ = f"SELECT {COLUMNS} FROM predictions WHERE id = $1"  # noqa: S608

# The same label again is a retry, so it keeps the time of the first.
LABEL = f"""
UPDATE predictions
SET label = $2, labelled_at = CASE WHEN label = $2 THEN labelled_at ELSE clock_timestamp() END
WHERE id = $1
RETURNING {COLUMNS}
"""  # noqa: S608

READ_DRAWING = """
SELECT drawing AS content, media_type, encode(sha256(drawing), 'hex') AS sha256 FROM predictions WHERE id = $1
"""

DELETE = "DELETE FROM predictions WHERE id = $1 AND (label IS NULL OR NOT $2)"

UNLABEL = "UPDATE predictions SET label = NULL, labelled_at = NULL WHERE id = $1 RETURNING id"


@dataclass(frozen=True)
class Stored:
    """The result of storing a prediction.

    `created` is true the first time. `same_content` is false if another prediction already has this id.
    """

    prediction: StoredPrediction
    created: bool
    same_content: bool


@dataclass(frozen=True)
class Drawing:
    """A drawing as it was sent, and its SHA-256 in hexadecimal."""

    content: bytes
    media_type: str
    sha256: str


def to_stored_prediction(record: asyncpg.Record) -> StoredPrediction:
    """Convert a record with `COLUMNS` to the message."""
    fields = dict(record)
    model = ModelVersion(name=fields.pop("model_name"), version=fields.pop("model_version"))
    return StoredPrediction(model=model, label=decode_label(fields.pop("label")), **fields)


async def store_prediction(
    connection: asyncpg.Connection, prediction_id: UUID, prediction: PredictionToStore, media_type: MediaType
) -> Stored:
    """Insert the prediction, or compare it with the stored one of this id. A stored prediction is never changed."""
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
    )
    while True:  # repeats only if another request deletes the row between the two statements
        if record := await connection.fetchrow(INSERT, *parameters):
            return Stored(to_stored_prediction(record), created=True, same_content=True)
        if record := await connection.fetchrow(COMPARE, *parameters):
            fields = dict(record)
            same_content = fields.pop("same_content")
            return Stored(to_stored_prediction(fields), created=False, same_content=same_content)


async def read_prediction(connection: asyncpg.Connection, prediction_id: UUID) -> StoredPrediction | None:
    """Read a prediction; None if there is none."""
    record = await connection.fetchrow(READ, prediction_id)
    return to_stored_prediction(record) if record else None


async def read_drawing(connection: asyncpg.Connection, prediction_id: UUID) -> Drawing | None:
    """Read a drawing; None if there is no such prediction."""
    record = await connection.fetchrow(READ_DRAWING, prediction_id)
    return Drawing(**record) if record else None


async def label_prediction(
    connection: asyncpg.Connection, prediction_id: UUID, label: TrueDigit
) -> StoredPrediction | None:
    """Set the label → the prediction; None if there is no such prediction."""
    record = await connection.fetchrow(LABEL, prediction_id, encode_label(label))
    return to_stored_prediction(record) if record else None


async def remove_label(connection: asyncpg.Connection, prediction_id: UUID) -> bool:
    """Remove the label if there is one. Return False if there is no such prediction."""
    return await connection.fetchval(UNLABEL, prediction_id) is not None


async def delete_prediction(connection: asyncpg.Connection, prediction_id: UUID, unlabelled_only: bool) -> None:
    """Delete the prediction with its drawing and label, if it exists.

    `unlabelled_only` keeps a prediction that has a label.
    """
    await connection.execute(DELETE, prediction_id, unlabelled_only)
