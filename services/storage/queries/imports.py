"""Stores many predictions at once. They are copied to a temporary table first, so that ids that exist are no error."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.storage.queries.true_digit import encode_label
from shared.contracts.exchange import PredictionToImport
from shared.web.media_type import MediaType

COLUMNS = (
    *("id", "created_at", "digit", "confidence", "probabilities", "digit_score", "rejected", "model_name"),
    *("model_version", "source", "owner", "label", "labelled_at", "media_type", "drawing_sha256"),
)
NAMES = ", ".join(COLUMNS)
# The primary key of `predictions` is checked for each row either way; the copy needs no index.
CREATE = f"""
CREATE TEMPORARY TABLE imported ON COMMIT DROP AS SELECT {NAMES}, drawing AS content FROM predictions WITH NO DATA
"""  # noqa: S608  constants only
# In the order of the keys, so that two imports at once wait for each other and never in a circle.
# $1 the owner who imports and $2 who, for the history of labels and the audit
STORE = f"""
WITH stored AS (
    INSERT INTO predictions ({NAMES}) SELECT {NAMES} FROM imported ORDER BY id
    ON CONFLICT (id) DO NOTHING RETURNING id, label
), drawn AS (
    INSERT INTO drawings (sha256, content)
    SELECT DISTINCT ON (drawing_sha256) drawing_sha256, content FROM imported JOIN stored USING (id)
    ORDER BY drawing_sha256 ON CONFLICT DO NOTHING
), labelled AS (
    INSERT INTO label_history (prediction_id, by_owner, by_name, counts, before, after, origin)
    SELECT id, $1, $2, true, NULL, label, 'import' FROM stored WHERE label IS NOT NULL
), noted AS (
    INSERT INTO audit (who, action, details)
    SELECT $2, 'import', jsonb_build_object('predictions', count(*)) FROM stored HAVING count(*) > 0
)
SELECT count(*) FROM stored
"""  # noqa: S608  constants only


@dataclass(frozen=True)
class ImportedRow:
    """A prediction to import with what storage finds out about its drawing."""

    prediction: PredictionToImport
    media_type: MediaType
    sha256: bytes


async def import_predictions(
    connection: asyncpg.Connection, rows: Sequence[ImportedRow], owner: UUID | None, who: str
) -> int:
    """Store the predictions whose ids do not exist → how many. The label of each is in its history as an import.

    asyncpg.ForeignKeyViolationError if the last prediction with one of the drawings was deleted at this moment.
    """
    async with connection.transaction():
        await connection.execute(CREATE)
        now = await connection.fetchval("SELECT now()")
        records = [_make_record(row, now) for row in rows]
        await connection.copy_records_to_table("imported", records=records, columns=(*COLUMNS, "content"))
        stored: int = await connection.fetchval(STORE, owner, who)
    return stored


def _make_record(row: ImportedRow, now: datetime) -> tuple[object, ...]:
    one = row.prediction
    label = None if one.label is None else encode_label(one.label)
    return (
        *(one.id, one.created_at, one.digit, one.confidence, one.probabilities, one.digit_score, one.rejected),
        *(one.model.name, one.model.version, one.source, one.owner, label),
        None if label is None else one.labelled_at or now,
        *(row.media_type, row.sha256, one.drawing),
    )
