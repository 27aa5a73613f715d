"""ASGI middleware that refuses requests without the valid token before their body is read, except on OPEN_PATHS."""

import secrets

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web.open_paths import OPEN_PATHS
from shared.web.problems import problem_response


class BearerGuard:
    """Answers 401 `unauthorised` if `Authorization: Bearer <token>` is missing or wrong."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self.app = app
        self.token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on or refuse it."""
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS or self._is_authorised(Headers(scope=scope)):
            await self.app(scope, receive, send)
            return
        refusal = problem_response(
            "unauthorised",
            "Send the storage token as `Authorization: Bearer <token>`.",
            instance=scope["path"],
            headers={"WWW-Authenticate": "Bearer"},
        )
        await refusal(scope, receive, send)

    def _is_authorised(self, headers: Headers) -> bool:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and secrets.compare_digest(token.strip().encode("latin-1"), self.token)
