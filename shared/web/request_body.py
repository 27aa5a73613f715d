"""ASGI middleware around the body of a request: its size, the time in which it must arrive, and its memory.

Only the time that the app waits for bytes counts, so a body that is handled while it arrives may take longer. Errors
are HTTPExceptions, because FastAPI's body parsing lets no other type of error through.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.body_budget import EXEMPT_BYTES, BodyBudget, BudgetFullError
from shared.web.caller import identify_caller
from shared.web.problems import CLIENT_DISCONNECTED
from shared.web.refusal_log import RefusalLog

logger = structlog.get_logger(__name__)

# LimitedHttpProtocol sets this in the scope if the whole body came with the head, so that most requests cost nothing
# here. Such a body is part of one read of the socket, at most 256 KiB, and smaller than every limit.
BODY_ARRIVED = "slate.body_arrived"
MAX_DIGITS = 20  # of a Content-Length; the parser refuses longer ones
REFUSALS = RefusalLog()
CLOSE = {"Connection": "close"}  # the rest of a body that came too slowly will not be read


@dataclass(frozen=True)
class RequestBodyLimits:
    """The limits of one body."""

    max_bytes: int
    timeout_s: float = 30.0  # 16 MiB in 30 s are 4.5 Mbit/s, which mobile networks reach


class RequestBody:
    """Answers 413 `too_large`, 408 `timeout` and 503 `overloaded`."""

    def __init__(self, app: ASGIApp, limits: RequestBodyLimits, budget: BodyBudget) -> None:
        self.app = app
        self.limits = limits
        self.budget = budget

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request. The reserved memory is released when the request has been answered."""
        if scope["type"] != "http" or scope.get(BODY_ARRIVED) or (declared := find_length(scope["headers"])) is None:
            await self.app(scope, receive, send)
            return
        body = ArrivingBody(self.limits, self.budget, scope, receive, declared)
        try:
            await self.app(scope, body.receive, send)
        finally:
            body.release()


class ArrivingBody:
    """The body of one request. `receive` takes the place of the server's."""

    def __init__(
        self, limits: RequestBodyLimits, budget: BodyBudget, scope: Scope, receive: Receive, declared: int
    ) -> None:
        self.limits = limits
        self.budget = budget
        self.scope = scope
        self.declared = declared  # 0 if the length is unknown
        self.reserved = 0
        self.received = 0
        self.left_s = limits.timeout_s
        self.complete = False
        self._receive = receive

    async def receive(self) -> Message:
        """The next message of the server. HTTPException 413, 408, 503, and 499 if the client has left."""
        if self.complete:
            return await self._receive()
        self._check_size(self.declared)
        await self._reserve(max(self.declared, self.received))
        message = await self._receive_in_time()
        if message["type"] == "http.disconnect":
            logger.info("client_disconnected", path=self.scope["path"], received_bytes=self.received)
            raise HTTPException(CLIENT_DISCONNECTED)
        self.received += len(message.get("body", b""))
        self.complete = not message.get("more_body", False)
        self._check_size(self.received)
        return message

    def release(self) -> None:
        """Give the reserved memory back."""
        if self.reserved:
            self.budget.release(self.caller, self.reserved)

    @property
    def caller(self) -> str:
        """The client's address, as a limit counts it."""
        return identify_caller(self.scope["client"][0] if self.scope.get("client") else None)

    def _check_size(self, size: int) -> None:
        limit = self.limits.max_bytes
        if size > limit:
            detail = f"The request body is larger than the limit of {limit:,} bytes. Send less."
            raise HTTPException(413, detail)

    async def _reserve(self, size: int) -> None:
        if size <= EXEMPT_BYTES or size <= self.reserved:
            return
        try:
            await self.budget.reserve(self.caller, size - self.reserved)
        except BudgetFullError as error:
            REFUSALS.note("bodies_too_large_together", self.caller)
            detail = "Too many large request bodies are arriving. Try again in a moment."
            raise HTTPException(503, detail, {"Retry-After": "1"}) from error
        self.reserved = size

    async def _receive_in_time(self) -> Message:
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout(self.left_s):
                message = await self._receive()
        except TimeoutError as error:
            detail = f"The request body did not arrive within {self.limits.timeout_s:g} seconds."
            raise HTTPException(408, detail, CLOSE) from error
        self.left_s -= loop.time() - started
        return message


def find_length(headers: Iterable[tuple[bytes, bytes]]) -> int | None:
    """The declared length of the body: 0 if it is chunked or unreadable, None if there is no body."""
    length = None
    for name, value in headers:
        if name == b"content-length":
            length = int(value) if value.isdigit() and len(value) < MAX_DIGITS else 0
        elif name == b"transfer-encoding":
            length = 0
    return length
