"""ASGI middleware that decides before the body of a request is read whether the request is let in.

It checks the key and the rate limit, and then whether the lane of the request has room for its caller. Without it, a
flood of requests would make every answer late: reading and parsing a request costs about as much as answering it.
"""

import asyncio
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from services.inference.http.access import Access
from services.inference.http.refusals import Refusals
from services.inference.lanes.load import Load
from shared.web.open_paths import OPEN_PATHS
from shared.web.problems import ProblemError, problem_response

REFUSAL_DELAY_S = 0.1  # a caller that repeats refused requests at once costs less processor time


INFER = "/infer"  # the end of an address of the Open Inference Protocol, which also has the name of the model


class Admission:
    """`loads` are the lanes of the paths that read drawings, one of them for all that end in INFER.

    The caller is in `state["caller"]` of the scope.
    """

    def __init__(self, app: ASGIApp, access: Access, loads: Mapping[str, Load], refusals: Refusals) -> None:
        self.app = app
        self._access = access
        self._loads = loads
        self._refusals = refusals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self.app(scope, receive, send)
            return
        try:
            scope.setdefault("state", {})["caller"] = self._admit(scope)
        except ProblemError as error:
            if error.code == "overloaded":
                await asyncio.sleep(REFUSAL_DELAY_S)
            refusal = problem_response(error.code, error.detail, instance=scope["path"], headers=error.headers)
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _admit(self, scope: Scope) -> str:
        """Return the caller. ProblemError if it is refused."""
        client = scope["client"][0] if scope.get("client") else None
        try:
            caller = self._access.admit(Headers(scope=scope), client)
        except ProblemError as error:
            self._refusals.count(error.code, client or "")
            raise
        path: str = scope["path"]
        if load := self._loads.get(INFER if path.startswith("/v2/models/") and path.endswith(INFER) else path):
            self._refusals.check_room(load, caller)
        return caller
