"""Routes that accept only JSON bodies of few values.

A body of this API has a few dozen values and one long string, the drawing.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from shared.web.json_body import receive_json

MAX_VALUES = 1_000  # a prediction has 21; names of models may contain commas
MOST = dict.fromkeys((b",", b"[", b"{"), MAX_VALUES)  # each value, except the first, follows one of these


class BoundedRequest(Request):
    """A request whose body has few values."""

    received: bytes | None = None

    async def body(self) -> bytes:
        """Return the body, which FastAPI asks for twice. HTTPException 422 if it has too many values."""
        if self.received is None:
            self.received = await receive_json(self, MOST)
        return self.received


class BoundedRoute(APIRoute):
    """A route that parses only bodies with few values."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the route, which gets a `BoundedRequest`."""
        handle = super().get_route_handler()

        async def handle_bounded(request: Request) -> Response:
            return await handle(BoundedRequest(request.scope, request.receive))

        return handle_bounded
