"""Streams all labelled drawings as JSON lines, without keeping a connection while the caller reads."""

from collections.abc import AsyncIterator
from datetime import datetime

from fastapi.responses import StreamingResponse

from services.storage.database import Database
from services.storage.lanes import PAGES
from services.storage.queries.labelled_drawings import (
    BEGINNING,
    LabelPlace,
    find_place,
    read_clock,
    read_labelled_drawings,
)
from shared.contracts.storage import LabelledDrawing

NDJSON = "application/x-ndjson"


async def open_labelled_drawings(database: Database, newest: int | None) -> StreamingResponse:
    """Read the first page and return the stream of all lines, or of the `newest` labels.

    If the database is away, the caller therefore gets a problem and not the beginning of a 200. Later an error can only
    break off the stream. The stream ends with the labels of the moment when it began. `shared/web/http_protocol.py`
    disconnects a caller that takes nothing.
    """
    until = await database.run(PAGES, read_clock)
    place = BEGINNING if newest is None else await database.run(PAGES, find_place, until, newest)
    first = await database.run(PAGES, read_labelled_drawings, place, until)
    return StreamingResponse(_write_lines(database, first, until), media_type=NDJSON)


async def _write_lines(database: Database, page: list[LabelledDrawing], until: datetime) -> AsyncIterator[str]:
    while page:
        place = LabelPlace(page[-1].labelled_at, page[-1].id)
        while page:
            yield page.pop(0).model_dump_json() + "\n"
        page = await database.run(PAGES, read_labelled_drawings, place, until)
