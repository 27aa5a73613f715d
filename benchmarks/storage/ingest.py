"""How fast predictions are stored over HTTP, beside bare asyncpg that inserts the same rows with the same commits.

Both write over sixteen connections from a process of their own, turn by turn, into the same table. What they send is
made before.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any, cast
from uuid import uuid4

import asyncpg

from benchmarks.fairness.services import TOKEN, Running
from benchmarks.storage.bodies import make_prediction
from services.storage.queries.predictions import store_prediction

CONNECTIONS = 16
ROWS = 4_000  # in one turn
TURNS = 5
PROCESSES = multiprocessing.get_context("spawn")

Write = Callable[[], Awaitable[object]]  # writes one row
Open = Callable[[str], Awaitable[Callable[[], Write]]]  # an address → a connection, which makes writes


@dataclass(frozen=True)
class Ingest:
    """Medians in rows per second."""

    http: float
    asyncpg: float


def measure_ingest(service: Running, database_url: str) -> Ingest:
    """Let both write in turn."""
    turns = [(_run(_open_http, service.url), _run(_open_asyncpg, database_url)) for _ in range(TURNS)]
    http, bare = zip(*turns, strict=True)
    return Ingest(median(http), median(bare))


def _run(open_connection: Open, address: str) -> float:
    with PROCESSES.Pool(1) as pool:
        return pool.apply(_write_all, (open_connection, address))


def _write_all(open_connection: Open, address: str) -> float:
    return asyncio.run(_write_over_all(open_connection, address))


async def _write_over_all(open_connection: Open, address: str) -> float:
    connections = [await open_connection(address) for _ in range(CONNECTIONS)]
    made = [[make() for _ in range(ROWS // CONNECTIONS)] for make in connections]
    began = time.perf_counter()
    await asyncio.gather(*(_write_each(iter(writes)) for writes in made))
    return ROWS / (time.perf_counter() - began)


async def _write_each(writes: Iterator[Write]) -> None:
    for write in writes:
        await write()


async def _open_http(address: str) -> Callable[[], Write]:
    """A client that does no more than HTTP needs, so that the service is what is measured."""
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))

    def make() -> Write:
        body = make_prediction(uuid4().int).model_dump_json().encode()
        head = (
            f"PUT /v1/predictions/{uuid4()} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {TOKEN}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        request = head.encode() + body

        async def write() -> None:
            writer.write(request)
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 201"):
                raise RuntimeError(f"storage answered {answer.decode()}")
            length = answer.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
            await reader.readexactly(int(length))

        return write

    return make


class StatementNoted(Exception):  # noqa: N818  not an error
    """The statement and the parameters with which a prediction would be stored."""


class Recorder:
    """In place of a connection: notes the first statement instead of executing it."""

    async def fetchrow(self, statement: str, *parameters: object) -> None:
        """Raise StatementNoted."""
        raise StatementNoted(statement, *parameters)


async def _open_asyncpg(address: str) -> Callable[[], Write]:
    connection = await asyncpg.connect(address)

    def make() -> Write:
        statement = _find_statement()

        async def write() -> None:
            await connection.fetchrow(*statement)

        return write

    return make


def _find_statement() -> tuple[Any, ...]:
    storing = store_prediction(cast("Any", Recorder()), uuid4(), make_prediction(uuid4().int), "image/png", owner=None)
    try:
        storing.send(None)
    except StatementNoted as noted:
        return noted.args
    raise RuntimeError("storing executed no statement")
