"""Streams labelled drawings as JSON lines, without keeping a connection while the caller reads."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from fastapi.responses import StreamingResponse

from services.storage.database import Database
from services.storage.lanes import EXCHANGE, PAGES
from services.storage.queries.labelled_drawings import (
    BEGINNING,
    ID_BYTES,
    PAGE_ROWS,
    LabelPlace,
    choose_in_turn,
    find_place,
    read_chosen_drawings,
    read_clock,
    read_labelled_drawings,
)
from shared.contracts.storage import LabelledDrawing

NDJSON = "application/x-ndjson"

Pages = AsyncIterator[list[LabelledDrawing]]


async def open_labelled_drawings(database: Database, newest: int | None, *, in_turn: bool) -> StreamingResponse:
    """Read the first page and return the stream of all lines, or of the `newest` labels, of all owners in turn.

    If the database is away, the caller therefore gets a problem and not the beginning of a 200. Later an error can only
    break off the stream. The stream ends with the labels of the moment when it began. `shared/web/http_protocol.py`
    disconnects a caller that takes nothing.
    """
    until = await database.run(PAGES, read_clock)
    place = BEGINNING if newest is None else await database.run(PAGES, find_place, until, newest)
    if in_turn and newest is not None and place != BEGINNING:
        pages = _read_chosen(database, await database.run(EXCHANGE, choose_in_turn, until, newest), until)
    else:
        pages = _read_after(database, place, until)
    return StreamingResponse(_write_lines(await anext(pages, []), pages), media_type=NDJSON)


async def _read_after(database: Database, place: LabelPlace, until: datetime) -> Pages:
    while page := await database.run(PAGES, read_labelled_drawings, place, until):
        place = LabelPlace(page[-1].labelled_at, page[-1].id)
        yield page


async def _read_chosen(database: Database, ids: bytes, until: datetime) -> Pages:
    position = 0
    while position < len(ids):
        part = ids[position : position + PAGE_ROWS * ID_BYTES]
        asked = [UUID(bytes=part[at : at + ID_BYTES]) for at in range(0, len(part), ID_BYTES)]
        page = await database.run(PAGES, read_chosen_drawings, asked, until)
        position += ID_BYTES * (asked.index(page[-1].id) + 1 if page else len(asked))
        if page:
            yield page


async def _write_lines(page: list[LabelledDrawing], following: Pages) -> AsyncIterator[str]:
    while page:
        while page:
            yield page.pop(0).model_dump_json() + "\n"
        page = await anext(following, [])
