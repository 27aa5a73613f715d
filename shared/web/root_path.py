"""ASGI middleware for a service that a reverse proxy publishes under a path, for example /slate/inference.

The proxy may remove the path or leave it. The app sees its own paths in both cases, and links begin with the root path.
"""

from starlette.types import ASGIApp, Receive, Scope, Send


class RootPath:
    """Sets `root_path` in the scope, and removes it from the path."""

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self.app = app
        self.root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its own path."""
        if scope["type"] in ("http", "websocket"):
            path = scope["path"]
            if path.startswith(self.root_path + "/"):
                path = path.removeprefix(self.root_path)
            scope = {**scope, "root_path": self.root_path, "path": path}
        await self.app(scope, receive, send)
