"""ASGI middleware that finds out who sends a request before its body is read, and refuses strangers.

The caller is in `request.state.caller`. The rule of each route, in access/rules.py, decides what that caller may do.
OPEN_PATHS need no token.
"""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from services.storage.access.authenticator import Authenticator
from services.storage.access.caller import Caller
from shared.web.open_paths import OPEN_PATHS
from shared.web.problems import ProblemError, problem_response

MAX_TOKEN_LENGTH = 16_384


class BearerGuard:
    """Answers 401 `unauthorised` if `Authorization: Bearer <token>` is missing or names nobody."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on or refuse it."""
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self.app(scope, receive, send)
            return
        try:
            caller = await _identify(scope["app"].state.authenticator, Headers(scope=scope))
        except ProblemError as problem:
            refusal = problem_response(problem.code, problem.detail, instance=scope["path"], headers=problem.headers)
            await refusal(scope, receive, send)
            return
        scope.setdefault("state", {})["caller"] = caller
        await self.app(scope, receive, send)


async def _identify(authenticator: Authenticator, headers: Headers) -> Caller:
    """Return the caller. ProblemError 401 if there is none, 503 if the database cannot tell."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and len(token) <= MAX_TOKEN_LENGTH:
        caller = await authenticator.identify(token.strip().encode("latin-1"))  # the bytes as they were sent
        if caller is not None:
            return caller
    detail = "Send a valid storage token as `Authorization: Bearer <token>`."
    raise ProblemError("unauthorised", detail, {"WWW-Authenticate": "Bearer"})
