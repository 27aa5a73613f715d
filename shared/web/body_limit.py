"""ASGI middleware that refuses a request whose body is too large.

It looks at `Content-Length` first. A body without that header is refused as soon as more bytes arrived than allowed.
"""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.problems import problem_response


class BodyLimit:
    """Answers 413 `too_large` to a request whose body is longer than `max_bytes`."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a too large `Content-Length` before the body is read, and otherwise count the bytes that arrive."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > self.max_bytes:
            refusal = problem_response("too_large", self.detail, instance=scope["path"])
            await refusal(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                # FastAPI's body parsing lets only this type of error through.
                raise HTTPException(413, self.detail)
            return message

        await self.app(scope, counted, send)

    @property
    def detail(self) -> str:
        """The detail of the problem."""
        return f"The request body is larger than the limit of {self.max_bytes:,} bytes. Send a smaller picture."
