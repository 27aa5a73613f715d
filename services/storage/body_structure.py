"""Bounds the structure of a JSON body before it is parsed.

A body of this API has a few dozen values and one long string, the drawing. A body of the same length with millions of
values would take a gigabyte of memory, so it is refused by counting bytes, which takes milliseconds.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute

STARTS_OF_VALUES = b",[{"  # each value of a JSON text, except the first, follows one of these
MAX_VALUES = 1_000  # a prediction has 21; names of models may contain commas


class BoundedRequest(Request):
    """A request whose body has few values."""

    async def body(self) -> bytes:
        """Return the body. HTTPException 422 if it has too many values: FastAPI passes on no other type of error."""
        body = await super().body()
        if sum(body.count(byte) for byte in STARTS_OF_VALUES) > MAX_VALUES:
            raise HTTPException(422, f"body: The JSON has more than {MAX_VALUES:,} values.")
        return body


class BoundedRoute(APIRoute):
    """A route that parses only bodies with few values."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the route, which gets a `BoundedRequest`."""
        handle = super().get_route_handler()

        async def handle_bounded(request: Request) -> Response:
            return await handle(BoundedRequest(request.scope, request.receive))

        return handle_bounded
