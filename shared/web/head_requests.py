"""ASGI middleware that answers HEAD wherever GET is answered. FastAPI's routes answer GET alone.

The server leaves out the body, because it knows the method that was sent.
"""

from starlette.types import ASGIApp, Receive, Scope, Send


class HeadRequests:
    """Passes HEAD on as GET."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        as_get = {**scope, "method": "GET"}
        await self.app(as_get, receive, send)
        if "route" in as_get:
            scope["route"] = as_get["route"]  # for the metrics
