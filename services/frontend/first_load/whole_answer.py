"""The answer of an ASGI app as a whole: status, headers and body, to be changed before it is sent."""

from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class WholeAnswer:
    """`headers` are those of ASGI."""

    status: int
    headers: RawHeaders
    body: bytes

    def find(self, name: str) -> str:
        """The value of a header, "" if there is none."""
        return Headers(raw=self.headers).get(name, "")

    def change(self, body: bytes, **headers: str | None) -> "WholeAnswer":
        """The answer with another body and other headers (`cache_control="no-cache"`). None removes a header."""
        raw = list(self.headers)
        changed = MutableHeaders(raw=raw)
        for name, value in (headers | {"content_length": str(len(body))}).items():
            if value is None:
                del changed[name.replace("_", "-")]
            else:
                changed[name.replace("_", "-")] = value
        return WholeAnswer(self.status, changed.raw, body)

    async def send(self, send: Send) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


async def collect(app: ASGIApp, scope: Scope, receive: Receive) -> WholeAnswer:
    """Let the app answer a request."""
    start: Message = {}
    parts: list[bytes] = []

    async def take(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    await app(scope, receive, take)
    return WholeAnswer(start["status"], list(start["headers"]), b"".join(parts))
