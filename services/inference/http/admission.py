"""Refuses a request with 503 `overloaded` if it can't be answered in time, before its body is read.

ASGI middleware around the routes. Without it, a flood of requests would make every answer late: reading and parsing a
request costs about as much as answering it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from services.inference.bounds import Bounds
from services.inference.http.dependencies import Batcher
from services.inference.metrics import Metrics
from shared.web.problems import problem_response

RETRY_AFTER_S = 1
LIMITED_PATHS = ("/v1/predict", "/v1/explain", "/v1/read")  # and paths below them; all others cost little

REFUSAL = problem_response(  # built once, because a flood may need thousands of them per second
    "overloaded",
    "Too many requests are waiting for an answer. Try again in a moment.",
    headers={"Retry-After": str(RETRY_AFTER_S)},
)


@dataclass
class Capacity:
    """Counts the requests in progress and decides whether the service is full.

    `max_wait_s` is the longest expected wait that is accepted.
    """

    queues: Sequence[Batcher]
    max_wait_s: float
    bounds: Bounds
    metrics: Metrics
    in_progress: int = 0  # requests whose first byte has arrived and whose answer is not complete

    @property
    def is_full(self) -> bool:
        """True if too many requests are in progress, or if one more would wait too long."""
        return self.in_progress >= self.bounds.max_in_progress or any(map(self._is_too_slow, self.queues))

    def count(self, requests: int) -> None:
        """Add `requests` (1 or -1) to the requests in progress."""
        self.in_progress += requests
        self.metrics.in_progress.set(self.in_progress)

    def _is_too_slow(self, queue: Batcher) -> bool:
        return queue.waiting >= self.bounds.min_queued_images and queue.expected_wait_s > self.max_wait_s


class Admission:
    """The middleware: passes a request on, or answers 503 if `capacity` is full."""

    def __init__(self, app: ASGIApp, capacity: Capacity) -> None:
        self.app = app
        self.capacity = capacity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or not scope["path"].startswith(LIMITED_PATHS):
            await self.app(scope, receive, send)
            return
        if self.capacity.is_full:
            self.capacity.metrics.refused.inc()
            await REFUSAL(scope, receive, send)
            return
        self.capacity.count(1)
        try:
            await self.app(scope, receive, send)
        finally:
            self.capacity.count(-1)
