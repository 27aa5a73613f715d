"""Streams all labelled drawings as JSON lines, without keeping a connection while the caller reads."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import structlog
from fastapi.responses import StreamingResponse
from starlette.types import Message, Send

from services.storage.database import Database
from services.storage.lanes import PAGES
from services.storage.queries.labelled_drawings import LabelPlace, read_clock, read_labelled_drawings
from shared.contracts.storage import LabelledDrawing

logger = structlog.get_logger(__name__)

NDJSON = "application/x-ndjson"
STALL_TIMEOUT_S = 60.0  # the caller takes at least one line in this time; training decodes a line in milliseconds
BEGINNING = LabelPlace(datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))


class JsonLines(StreamingResponse):
    """A stream that breaks off, without the final chunk, if the caller takes nothing for STALL_TIMEOUT_S."""

    async def stream_response(self, send: Send) -> None:
        """Send all lines."""

        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(STALL_TIMEOUT_S):
                await send(message)

        try:
            await super().stream_response(send_in_time)
        except TimeoutError:
            logger.warning("reader_stalled", timeout_s=STALL_TIMEOUT_S)


async def open_labelled_drawings(database: Database) -> JsonLines:
    """Read the first page and return the stream of all lines.

    If the database is away, the caller therefore gets a problem and not the beginning of a 200. Later an error can only
    break off the stream. The stream ends with the labels of the moment when it began.
    """
    until = await database.run(PAGES, read_clock)
    first = await database.run(PAGES, read_labelled_drawings, BEGINNING, until)
    return JsonLines(_write_lines(database, first, until), media_type=NDJSON)


async def _write_lines(database: Database, page: list[LabelledDrawing], until: datetime) -> AsyncIterator[str]:
    while page:
        place = LabelPlace(page[-1].labelled_at, page[-1].id)
        while page:
            yield page.pop(0).model_dump_json() + "\n"
        page = await database.run(PAGES, read_labelled_drawings, place, until)
