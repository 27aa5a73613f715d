"""Every labelled drawing, oldest label first, a few at a time from a server-side cursor."""

from collections.abc import AsyncIterator

import asyncpg

from shared.contracts.storage import LabelledDrawing

FETCH_ROWS = 8  # in memory at once; a drawing has up to 12 MiB

SELECT = """
SELECT id, label, labelled_at, drawing FROM predictions WHERE label IS NOT NULL ORDER BY labelled_at, id
"""


async def iterate_labelled_drawings(connection: asyncpg.Connection) -> AsyncIterator[LabelledDrawing]:
    """The drawings as they were when the first was fetched. Needs a transaction around it."""
    async for record in connection.cursor(SELECT, prefetch=FETCH_ROWS):
        yield LabelledDrawing.model_construct(**record)  # validating would take the bytes for base64
