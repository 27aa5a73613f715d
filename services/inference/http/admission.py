"""What comes in is refused at the door when it could not be answered in time: before a byte of it is read or parsed.

ASGI middleware, outermost but for request ids. In a flood most requests do not come so far: `door` asks the same.
"""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from services.inference.metrics import Metrics
from shared.web.problems import problem_response

RETRY_AFTER_S = 1
WORK = ("/v1/predict", "/v1/explain", "/v1/read")  # and what is below; everything else is cheap and always let in

REFUSAL = problem_response(  # made once: a flood may need thousands of it a second
    "overloaded",
    "More requests are waiting than can be answered in time; try again in a moment.",
    headers={"Retry-After": str(RETRY_AFTER_S)},
)


@dataclass
class Capacity:
    """Counts what is in hand, from the first byte to the last, and what was refused."""

    max_in_progress: int
    is_overloaded: Callable[[], bool]
    metrics: Metrics
    in_progress: int = 0

    @property
    def is_full(self) -> bool:
        """Whether too much is in hand for one more, or it would wait too long."""
        return self.in_progress >= self.max_in_progress or self.is_overloaded()

    def count(self, requests: int) -> None:
        """One more, or one less."""
        self.in_progress += requests
        self.metrics.in_progress.set(self.in_progress)


class Admission:
    """Answers `overloaded` where there is no capacity."""

    def __init__(self, app: ASGIApp, capacity: Capacity) -> None:
        self.app = app
        self.capacity = capacity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or its refusal."""
        if scope["type"] != "http" or not scope["path"].startswith(WORK):
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
