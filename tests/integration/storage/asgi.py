"""Calls the ASGI app without an HTTP client, as a reader who may stop taking the answer."""

import asyncio
from typing import Any

from starlette.types import ASGIApp

TOKEN_HEADER = (b"authorization", b"Bearer a token for tests")


class StalledReader:
    """Reads an answer until it has begun, and then takes nothing more."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        self.began = asyncio.Event()
        self._never = asyncio.Event()
        self.messages: list[dict[str, Any]] = []
        scope = {
            **{"type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1"},
            **{"method": "GET", "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": ""},
            **{"query_string": b"", "headers": [(b"host", b"storage"), TOKEN_HEADER], "client": ("127.0.0.1", 1)},
            **{"server": ("storage", 80)},
        }
        self.task = asyncio.ensure_future(app(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        if self.began.is_set():
            await self._never.wait()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _send(self, message: dict[str, Any]) -> None:
        self.messages.append(message)
        if message["type"] == "http.response.body":
            self.began.set()
            await self._never.wait()
