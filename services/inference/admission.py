"""What comes in is refused at the door when it could not be answered in time: before a byte of it is read or parsed.

ASGI middleware, outermost but for request ids: a refusal costs a few microseconds, so that a flood of requests leaves
the time to those that were let in.
"""

from collections.abc import Callable

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


class Admission:
    """Counts what is in hand, from the first byte to the last. `overloaded` where too much is, or the wait too long."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_in_hand: int,
        is_overloaded: Callable[[], bool],
        metrics: Metrics,
    ) -> None:
        self.app = app
        self.max_in_hand = max_in_hand
        self.is_overloaded = is_overloaded
        self.in_hand = 0
        self.refused = metrics.refused
        self.gauge = metrics.in_hand

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or its refusal."""
        if scope["type"] != "http" or not scope["path"].startswith(WORK):
            await self.app(scope, receive, send)
            return
        if self.in_hand >= self.max_in_hand or self.is_overloaded():
            self.refused.inc()
            await REFUSAL(scope, receive, send)
            return
        self._count(1)
        try:
            await self.app(scope, receive, send)
        finally:
            self._count(-1)

    def _count(self, requests: int) -> None:
        self.in_hand += requests
        self.gauge.set(self.in_hand)
