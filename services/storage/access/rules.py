"""The right that each route needs, as `Annotated` dependencies: `async def get_page(caller: Reader, ...)`.

A test walks the route table and fails for a route without one of these.
"""

from typing import Annotated

from fastapi import Depends, Request

from services.storage.access.caller import Caller
from shared.contracts.access import Scope
from shared.web.problems import ProblemError


class Require:
    """A dependency that returns the caller if it has the right. ProblemError 403 otherwise.

    Without a scope, every caller with a valid token may go on.
    """

    def __init__(self, scope: Scope | None) -> None:
        self.scope = scope

    async def __call__(self, request: Request) -> Caller:
        """Return the caller whom the guard found."""
        caller: Caller = request.state.caller
        if self.scope is not None and self.scope not in caller.scopes:
            raise ProblemError("forbidden", f"This token lacks the right `{self.scope}`.")
        return caller


AnyCaller = Annotated[Caller, Depends(Require(None))]
Reader = Annotated[Caller, Depends(Require("read"))]
Writer = Annotated[Caller, Depends(Require("write"))]
Labeller = Annotated[Caller, Depends(Require("label"))]
Curator = Annotated[Caller, Depends(Require("curate"))]
Page = Annotated[Caller, Depends(Require("visitors"))]
