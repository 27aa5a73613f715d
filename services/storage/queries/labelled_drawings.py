"""Reads every labelled drawing, oldest label first. A server-side cursor keeps only a few of them in memory."""

from collections.abc import AsyncIterator

import asyncpg

from shared.contracts.storage import LabelledDrawing

FETCH_ROWS = 8  # in memory at the same time; a drawing has up to 12 MiB

SELECT = """
SELECT id, label, labelled_at, drawing FROM predictions WHERE label IS NOT NULL ORDER BY labelled_at, id
"""


async def iterate_labelled_drawings(connection: asyncpg.Connection) -> AsyncIterator[LabelledDrawing]:
    """Yield the labelled drawings as of the first fetch. Call it inside a transaction."""
    async for record in connection.cursor(SELECT, prefetch=FETCH_ROWS):
        yield LabelledDrawing.model_construct(**record)  # not validated, because that would decode the bytes as base64
