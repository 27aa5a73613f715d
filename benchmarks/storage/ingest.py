"""How fast predictions are stored over HTTP, beside bare asyncpg that inserts the same rows with the same commits.

Both write over sixteen connections from a process of their own, turn by turn, into the same table. What they send is
made before.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
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

Row = Any  # what a way of writing sends for one prediction
Write = Callable[[Row], Awaitable[object]]  # over one connection


@dataclass(frozen=True)
class Way:
    """How to make the rows, and how to open a connection to an address."""

    make: Callable[[], Row]
    open: Callable[[str], Awaitable[Write]]


@dataclass(frozen=True)
class Ingest:
    """Medians in rows per second."""

    http: float
    asyncpg: float


def measure_ingest(service: Running, database_url: str) -> Ingest:
    """Let both write in turn."""
    turns = [(_run(HTTP, service.url), _run(ASYNCPG, database_url)) for _ in range(TURNS)]
    http, bare = zip(*turns, strict=True)
    return Ingest(median(http), median(bare))


def _run(way: Way, address: str) -> float:
    with PROCESSES.Pool(1) as pool:
        return pool.apply(_write_all, (way, address))


def _write_all(way: Way, address: str) -> float:
    return asyncio.run(write_over_all(way, address, [way.make() for _ in range(ROWS)]))


async def write_over_all(way: Way, address: str, rows: Sequence[Row]) -> float:
    """Write the rows over all connections → rows per second."""
    waiting, connections = iter(rows), [await way.open(address) for _ in range(CONNECTIONS)]
    began = time.perf_counter()
    await asyncio.gather(*(_write_rest(write, waiting) for write in connections))
    return len(rows) / (time.perf_counter() - began)


async def _write_rest(write: Write, waiting: Iterator[Row]) -> None:
    for row in waiting:
        await write(row)


def _make_request() -> bytes:
    body = make_prediction(uuid4().int).model_dump_json().encode()
    head = (
        f"PUT /v1/predictions/{uuid4()} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _open_http(address: str) -> Write:
    """A client that does no more than HTTP needs, so that the service is what is measured."""
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))

    async def write(request: Row) -> None:
        writer.write(request)
        answer = await reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 201"):
            raise RuntimeError(f"storage answered {answer.decode()}")
        length = answer.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
        await reader.readexactly(int(length))

    return write


class StatementNoted(Exception):  # noqa: N818  not an error
    """The statement and the parameters with which a prediction would be stored."""


class Recorder:
    """In place of a connection: notes the first statement instead of executing it."""

    async def fetchrow(self, statement: str, *parameters: object) -> None:
        """Raise StatementNoted."""
        raise StatementNoted(statement, *parameters)


def _find_statement() -> tuple[Any, ...]:
    storing = store_prediction(cast("Any", Recorder()), uuid4(), make_prediction(uuid4().int), "image/png", owner=None)
    try:
        storing.send(None)
    except StatementNoted as noted:
        return noted.args
    raise RuntimeError("storing executed no statement")


async def _open_asyncpg(address: str) -> Write:
    connection = await asyncpg.connect(address)
    return lambda statement: connection.fetchrow(*statement)


HTTP, ASYNCPG = Way(_make_request, _open_http), Way(_find_statement, _open_asyncpg)
