"""ASGI middleware that cancels the reading for a caller who goes away, and with it the query in PostgreSQL.

Without it, the query of a caller who gave up would run on and keep its connection from others. Writes are never
cancelled: they take milliseconds, and a caller who repeats one wants it to be done.
"""

import asyncio
from asyncio import Future, Queue

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.problems import CLIENT_DISCONNECTED

READING = {"GET", "HEAD"}


class CancelledReads:
    """Runs each request that only reads as a task, and cancels it when `http.disconnect` comes before its answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "http" and scope["method"] in READING:
            await _Reading(receive, send).run(self.app, scope)
        else:
            await self.app(scope, receive, send)


class _Reading:
    """One request: hands messages on in both directions, and knows how far the answer has come."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._received: Queue[Message] = Queue()
        self._begun = self._ended = self._left = False

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        answering = asyncio.ensure_future(app(scope, self._received.get, self._note_and_send))
        watching = asyncio.create_task(self._watch(answering))
        try:
            await answering
        except asyncio.CancelledError:
            if not self._left:  # the server itself cancels the request
                answering.cancel()
                raise
        finally:
            watching.cancel()
        if self._left and not self._begun:
            await Response(status_code=CLIENT_DISCONNECTED)(scope, self._receive, self._send)  # for the metrics

    async def _watch(self, answering: "Future[None]") -> None:
        try:
            while (message := await self._receive())["type"] != "http.disconnect":
                self._received.put_nowait(message)
        except HTTPException as refusal:  # of a body, which a read does not need; RequestBody raises it
            if refusal.status_code != CLIENT_DISCONNECTED:
                return
        self._received.put_nowait({"type": "http.disconnect"})
        self._left = not self._ended
        if self._left:
            answering.cancel()

    async def _note_and_send(self, message: Message) -> None:
        if self._left and not self._begun:
            return  # a problem that the cancelled query became on its way; nobody is there to read it
        self._begun = True
        self._ended = message["type"] == "http.response.body" and not message.get("more_body", False)
        await self._send(message)
