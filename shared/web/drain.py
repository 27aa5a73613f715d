"""ASGI middleware for a stop without lost requests: after SIGTERM the service is not ready but still answers.

A load balancer needs some seconds to notice that a service is going away. Kubernetes even sends SIGTERM and the news
to its load balancers at the same time. With several processes, each of them gets the signal and drains.
"""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.open_paths import V2_READY
from shared.web.problems import problem_response

logger = structlog.get_logger(__name__)


class Drain:
    """Delays SIGTERM by `seconds`. Meanwhile `ready_path` answers 503 `not_ready`, and each connection ends after its
    answer, so that the caller's next request goes elsewhere. A second SIGTERM stops at once.
    """

    def __init__(self, app: ASGIApp, seconds: float, ready_path: str = "/readyz") -> None:
        self.app = app
        self.seconds = seconds
        self.ready_path = ready_path
        self.begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, or the lifespan of the app."""
        if scope["type"] == "lifespan":
            with self._delaying_sigterm():
                await self.app(scope, receive, send)
        elif not self.begun or scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["path"] in (self.ready_path, V2_READY):
            stopping = problem_response("not_ready", "This service is stopping.", instance=scope["path"])
            await stopping(scope, receive, _close_after(send))
        else:
            await self.app(scope, receive, _close_after(send))

    @contextmanager
    def _delaying_sigterm(self) -> Iterator[None]:
        """Put a handler in front of the server's own. Only the main thread may do so."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        stop = signal.getsignal(signal.SIGTERM)

        def begin(number: int, frame: FrameType | None) -> None:
            signal.signal(signal.SIGTERM, stop)
            loop.call_soon_threadsafe(self._begin)

        signal.signal(signal.SIGTERM, begin)
        try:
            yield
        finally:
            if signal.getsignal(signal.SIGTERM) is begin:
                signal.signal(signal.SIGTERM, stop)

    def _begin(self) -> None:
        self.begun = True
        logger.info("draining", seconds=self.seconds)
        asyncio.get_running_loop().call_later(self.seconds, signal.raise_signal, signal.SIGTERM)


def _close_after(send: Send) -> Send:
    """Ends the connection with the answer."""

    async def send_last(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Connection"] = "close"
        await send(message)

    return send_last
