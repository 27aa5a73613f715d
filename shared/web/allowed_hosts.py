"""ASGI middleware that refuses a request for an unknown host name.

An address is always accepted: DNS rebinding needs a name, and probes of Kubernetes and Prometheus use addresses.
"""

from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web.problems import problem_response
from shared.web.settings import is_address

MAX_HOST_BYTES = 261  # a name of 255 characters, a colon and a port


class AllowedHosts:
    """Answers 400 `invalid_request` to a Host that is neither an address nor one of `names`."""

    def __init__(self, app: ASGIApp, names: frozenset[str]) -> None:
        self.app = app
        self.names = names
        self.allows = lru_cache(maxsize=256)(self._allows)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request or WebSocket on, or refuse it. HTTP/1.0 requests may come without Host."""
        if scope["type"] in ("http", "websocket"):
            host = next((value for name, value in scope["headers"] if name == b"host"), b"")
            if len(host) > MAX_HOST_BYTES or not self.allows(host):
                detail = "This service does not know this host name. Its operator can add the name to ALLOWED_HOSTS."
                refusal = problem_response("invalid_request", detail, status=400, instance=scope["path"])
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _allows(self, header: bytes) -> bool:
        host = header.decode("latin-1")
        name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
        return not name or name.lower() in self.names or is_address(name)
