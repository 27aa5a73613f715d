"""ASGI middleware: a body over the limit is refused, from its header where it has one, else as it passes the limit."""

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
        """Counts what is received; a declared length over the limit is refused before a byte is read."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > self.max_bytes:
            refusal = problem_response("too_large", self.sentence, instance=scope["path"])
            await refusal(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                raise HTTPException(413, self.sentence)  # FastAPI lets only this type through its body parsing
            return message

        await self.app(scope, counted, send)

    @property
    def sentence(self) -> str:
        """What the caller is told."""
        return f"The request body is larger than the limit of {self.max_bytes:,} bytes; send a smaller picture."
