"""Reads every labelled drawing, oldest label first, in pages.

A page is one query, so a caller who reads slowly holds no connection. A page begins after the place where the page
before ended (keyset pagination), and has few bytes, so a caller who stops reading holds little memory.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.storage.queries.true_digit import decode_label
from shared.contracts.storage import LabelledDrawing

PAGE_ROWS = 256
PAGE_BYTES = 1024 * 1024  # a page ends with the drawing that exceeds this; a drawing has up to 12 MiB

# $1 and $2 the place after which the page begins, $3 the time up to which labels are read.
# The length of a drawing is known without reading it.
PAGE = f"""
SELECT id, label, labelled_at, drawing FROM (
    SELECT *, sum(octet_length(drawing)) OVER (ORDER BY labelled_at, id) - octet_length(drawing) AS bytes_before
    FROM (
        SELECT id, label, labelled_at, coalesce(drawing, content) AS drawing
        FROM predictions LEFT JOIN drawings ON sha256 = drawing_sha256
        WHERE label IS NOT NULL AND (labelled_at, id) > ($1, $2) AND labelled_at <= $3
        ORDER BY labelled_at, id LIMIT {PAGE_ROWS}
    ) AS following
) AS measured
WHERE bytes_before < {PAGE_BYTES}
ORDER BY labelled_at, id
"""


@dataclass(frozen=True)
class LabelPlace:
    """The place of one labelled drawing in their order, (labelled_at, id), oldest first."""

    labelled_at: datetime
    id: UUID


async def read_clock(connection: asyncpg.Connection) -> datetime:
    """Return the time of the database, which also sets `labelled_at`."""
    now: datetime = await connection.fetchval("SELECT clock_timestamp()")
    return now


async def read_labelled_drawings(
    connection: asyncpg.Connection, after: LabelPlace, until: datetime
) -> list[LabelledDrawing]:
    """Read the page of the drawings after a place that were labelled no later than `until`; empty at the end."""
    records = await connection.fetch(PAGE, after.labelled_at, after.id, until)
    # Not validated, because that would decode the bytes as base64.
    return [LabelledDrawing.model_construct(**{**record, "label": decode_label(record["label"])}) for record in records]
