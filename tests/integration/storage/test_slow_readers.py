"""A caller who reads slowly, or not at all, keeps nothing from other callers."""

import asyncio
import json
from typing import Any

import asyncpg
import pytest
from starlette.types import ASGIApp

from services.storage import labelled_stream
from services.storage.lanes import LANES
from services.storage.queries.labelled_drawings import PAGE_BYTES, PAGE_ROWS

FILL = """
INSERT INTO predictions (id, created_at, digit, confidence, probabilities, digit_score, model_name, model_version,
                         source, drawing, media_type, label, labelled_at)
SELECT lpad(to_hex(number), 32, '0')::uuid, now(), 1, 1, array_fill(0::double precision, ARRAY[10]), 1, 'cnn', '1',
       'api', decode(repeat('00', $2), 'hex'), 'image/png', 1, now() - interval '1 hour' + number * interval '1 ms'
FROM generate_series(1, $1) AS number
"""


@pytest.fixture
async def fill(database_url: str):
    """Return a function that stores labelled drawings of so many bytes. Their ids count from 1, oldest label first."""
    connection = await asyncpg.connect(database_url)
    yield lambda rows, drawing_bytes: connection.execute(FILL, rows, drawing_bytes)
    await connection.close()


class StalledReader:
    """Asks for the stream of drawings, takes its first line, and then takes nothing more."""

    def __init__(self, app: ASGIApp, authorization: str) -> None:
        self.messages: list[dict[str, Any]] = []
        self.began = asyncio.Event()
        self._never = asyncio.Event()
        self._asked = False
        path = "/v1/labelled-drawings"
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "headers": [(b"host", b"localhost"), (b"authorization", authorization.encode())],
            "query_string": b"",
            "client": ("127.0.0.1", 1),
            "server": ("localhost", 80),
        }
        self.ended = asyncio.ensure_future(app(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        if self._asked:
            await self._never.wait()
        self._asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _send(self, message: dict[str, Any]) -> None:
        self.messages.append(message)
        if message["type"] == "http.response.body":
            self.began.set()
            await self._never.wait()


async def test_many_stalled_readers_keep_no_request_from_being_answered(client, app, fill, make):
    await fill(2 * PAGE_ROWS, 10)
    readers = [
        StalledReader(app, client.headers["authorization"]) for _ in range(sum(one.connections for one in LANES))
    ]
    await asyncio.gather(*(reader.began.wait() for reader in readers))
    assert {reader.messages[0]["status"] for reader in readers} == {200}
    answers = [
        await client.get("/readyz"),
        await client.put(f"/v1/predictions/{make.id()}", json=make.body()),
        await client.get("/v1/statistics"),
        await client.get("/v1/predictions"),
        await client.get("/v1/labelled-drawings"),
    ]
    assert [answer.status_code for answer in answers] == [200, 201, 200, 200, 200]
    for reader in readers:
        reader.ended.cancel()
    await asyncio.gather(*(reader.ended for reader in readers), return_exceptions=True)


async def test_the_stream_has_every_drawing_once_in_the_order_of_the_labels(client, fill):
    await fill(2 * PAGE_ROWS + 1, 10)
    lines = [json.loads(line) for line in (await client.get("/v1/labelled-drawings")).text.splitlines()]
    assert [int(line["id"].replace("-", ""), 16) for line in lines] == list(range(1, 2 * PAGE_ROWS + 2))


async def test_the_stream_ends_with_the_labels_of_its_beginning(client, app, fill, store):
    await fill(PAGE_ROWS + 2, 10)
    stream = await labelled_stream.open_labelled_drawings(app.state.database, None, in_turn=False)
    lines = aiter(stream.body_iterator)
    first = json.loads(await anext(lines))
    later = await store(label=5)
    changed, removed = (f"/v1/predictions/{number:032x}" for number in (PAGE_ROWS + 1, PAGE_ROWS + 2))
    await client.put(f"{changed}/label", json={"digit": 7})
    await client.delete(f"{removed}/label")
    rest = [json.loads(line) async for line in lines]
    assert first["id"].endswith("1")
    assert len(rest) == PAGE_ROWS - 1
    assert later["id"] not in {one["id"] for one in rest}


async def test_large_drawings_make_short_pages(client, app, fill, monkeypatch):
    await fill(5, PAGE_BYTES)
    lengths = []
    read = labelled_stream.read_labelled_drawings

    async def read_and_note(*arguments):
        page = await read(*arguments)
        lengths.append(len(page))
        return page

    monkeypatch.setattr(labelled_stream, "read_labelled_drawings", read_and_note)
    assert len((await client.get("/v1/labelled-drawings")).text.splitlines()) == 5
    assert lengths == [1, 1, 1, 1, 1, 0]
