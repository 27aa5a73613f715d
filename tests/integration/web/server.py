"""A small service on a real socket, with the guards of every service, and clients that write raw bytes."""

import asyncio
import http.client
import json
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp

from shared.web.connection_limits import ConnectionLimits
from shared.web.http_protocol import LimitedHttpProtocol
from shared.web.refusal_log import RefusalLog
from shared.web.service import equip_service, make_options
from shared.web.settings import ApiServerSettings
from tests.integration.clients.listening import listening

MAX_BODY_BYTES = 1024 * 1024


def make_app(settings: ApiServerSettings | None = None, body_timeout_s: float = 30.0) -> FastAPI:
    """POST / and POST /handle answer with the length of the body, GET / with the client, and GET /slow comes late."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)

    @app.get("/")
    async def tell(request: Request) -> dict[str, Any]:
        client = request.client.host if request.client else None
        return {"client": client, "scheme": request.url.scheme, "upgrade": request.headers.get("upgrade")}

    @app.post("/")
    async def measure(request: Request) -> int:
        return len(await request.body())

    @app.post("/handle")
    async def handle_while_it_arrives(request: Request) -> int:
        length = 0
        async for part in request.stream():
            await asyncio.sleep(0.6)
            length += len(part)
        return length

    @app.post("/typed")
    async def parse(body: dict[str, str]) -> int:
        return len(body)

    @app.put("/")
    async def put(request: Request) -> None:
        pass

    @app.get("/slow")
    async def answer_late() -> str:
        await asyncio.sleep(0.3)
        return "late"

    @app.get("/endless")
    async def answer_endlessly() -> StreamingResponse:
        async def stream() -> AsyncIterator[bytes]:
            while True:
                yield b"a" * 65536
                await asyncio.sleep(0)

        return StreamingResponse(stream())

    @app.get("/readyz")
    async def ready() -> str:
        return "ready"

    equip_service(
        app,
        settings=settings or ApiServerSettings(),
        max_body_bytes=MAX_BODY_BYTES,
        body_timeout_s=body_timeout_s,
        registry=CollectorRegistry(),
    )
    return app


@contextmanager
def serving(app: ASGIApp, settings: ApiServerSettings | None = None, **limits: float) -> Iterator[str]:
    """Serve the app as `shared.web.service.serve` does, with smaller `limits` → its address."""

    class Protocol(LimitedHttpProtocol):
        pass

    Protocol.refusals = RefusalLog()  # one that has logged nothing yet
    Protocol.limits = ConnectionLimits(**limits)  # type: ignore[arg-type]
    options = make_options(settings or ApiServerSettings()) | {"port": 0, "http": Protocol}
    with listening(app, **options) as address:
        yield address


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def code(self) -> str:
        code: str = json.loads(self.body)["code"]
        return code


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    address = urlsplit(url)
    with closing(socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=30)) as connection:
        yield connection


def receive(connection: socket.socket) -> Answer:
    response = http.client.HTTPResponse(connection)
    response.begin()
    return Answer(response.status, response.headers, response.read())


def ask(url: str, *pieces: bytes) -> Answer:
    """Send the pieces on a new connection, each in its own packet → the first answer."""
    with connected(url) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(0.02 if len(pieces) > 1 else 0)
        return receive(connection)


def is_closed(connection: socket.socket) -> bool:
    """Wait until the server closes the connection. False if it answers first."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True
