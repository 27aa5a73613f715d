"""One prediction: kept, read, labelled, deleted. Each function is one statement that commits by itself."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from services.storage.drawing import MediaType
from shared.contracts.message import ModelVersion
from shared.contracts.storage import PredictionToStore, StoredPrediction

# A constant in the four statements below; that is all ruff's S608 sees there.
COLUMNS = """id, created_at, digit, confidence, probabilities, digit_score, model_name, model_version, source,
label, labelled_at"""

# $1 id, $2 created_at or NULL, $3 digit, ... in the order of the columns
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

# The same label again is a retry: the time of the first one stays.
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
    """What became of a prediction to store: `created` the first time, `same_content` for a retry of the same."""

    prediction: StoredPrediction
    created: bool
    same_content: bool


@dataclass(frozen=True)
class Drawing:
    """A drawing as it came, and the SHA-256 of it in hex."""

    content: bytes
    media_type: str
    sha256: str


def prediction_of(record: asyncpg.Record) -> StoredPrediction:
    """A record with `COLUMNS` → the message."""
    fields = dict(record)
    model = ModelVersion(name=fields.pop("model_name"), version=fields.pop("model_version"))
    return StoredPrediction(model=model, **fields)


async def store_prediction(
    connection: asyncpg.Connection, prediction_id: UUID, prediction: PredictionToStore, media_type: MediaType
) -> Stored:
    """Inserts it, or compares it with what is there under this id; what is there never changes."""
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
    while True:  # once, or again where another request deletes it between the two statements
        if record := await connection.fetchrow(INSERT, *parameters):
            return Stored(prediction_of(record), created=True, same_content=True)
        if record := await connection.fetchrow(COMPARE, *parameters):
            fields = dict(record)
            same_content = fields.pop("same_content")
            return Stored(prediction_of(fields), created=False, same_content=same_content)


async def read_prediction(connection: asyncpg.Connection, prediction_id: UUID) -> StoredPrediction | None:
    """The prediction; None if there is none."""
    record = await connection.fetchrow(READ, prediction_id)
    return prediction_of(record) if record else None


async def read_drawing(connection: asyncpg.Connection, prediction_id: UUID) -> Drawing | None:
    """The drawing; None if there is no such prediction."""
    record = await connection.fetchrow(READ_DRAWING, prediction_id)
    return Drawing(**record) if record else None


async def label_prediction(connection: asyncpg.Connection, prediction_id: UUID, digit: int) -> StoredPrediction | None:
    """Sets the label; None if there is no such prediction."""
    record = await connection.fetchrow(LABEL, prediction_id, digit)
    return prediction_of(record) if record else None


async def remove_label(connection: asyncpg.Connection, prediction_id: UUID) -> bool:
    """Takes the label away, if any. False if there is no such prediction."""
    return await connection.fetchval(UNLABEL, prediction_id) is not None


async def delete_prediction(connection: asyncpg.Connection, prediction_id: UUID, unlabelled_only: bool) -> None:
    """Deletes it, drawing and label with it, if it is there; with a label only if that does not protect it."""
    await connection.execute(DELETE, prediction_id, unlabelled_only)
