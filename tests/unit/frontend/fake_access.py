"""Storage as far as the identity of a caller goes: it issues tokens and says what each token may do."""

import threading
from datetime import UTC, datetime
from uuid import uuid4

from fastapi import FastAPI, Header, Response
from fastapi.responses import JSONResponse

from shared.contracts.access import Me, VisitorRequest, VisitorsSee, VisitorToken
from shared.contracts.problem import Problem

LATER = datetime(2030, 1, 1, tzinfo=UTC)
REFUSAL = Problem(type="about:blank", title="", status=401, code="unauthorised", detail="This token is not valid.")
INSTALLATION, PAGE, CURATOR = "installation-token", "page-token", "curator-token"
EVERYTHING = ["read", "write", "label", "curate", "visitors"]


class FakeAccess:
    """`asked` are the tokens of the requests by path, `issued` counts the visitors.

    While `is_rotated` is set, storage has another page token.
    """

    def __init__(self, visitors_see: VisitorsSee = "totals") -> None:
        self.visitors_see = visitors_see
        self.is_away, self.is_rotated = threading.Event(), threading.Event()
        self.asked: list[tuple[str, str]] = []
        self.issued = 0

    def make_app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/readyz")
        def ready() -> Response:
            return Response(status_code=503 if self.is_away.is_set() else 200)

        @app.post("/v1/visitors", response_model=None)
        def issue(body: VisitorRequest, authorization: str = Header()) -> VisitorToken | Response:
            self._note("/v1/visitors", authorization)
            if self.is_away.is_set():
                return Response(status_code=503)
            if self.is_rotated.is_set():
                return JSONResponse(REFUSAL.model_dump(), REFUSAL.status)
            self.issued += 1
            return VisitorToken(token=f"visitor-{self.issued}", visitor=uuid4(), expires_at=LATER)

        @app.get("/v1/me", response_model=None)
        def say(authorization: str = Header()) -> Me | Response:
            token = self._note("/v1/me", authorization)
            if self.is_away.is_set():
                return Response(status_code=503)
            scopes = {INSTALLATION: EVERYTHING, PAGE: ["visitors"], CURATOR: EVERYTHING[:-1]}.get(token)
            if scopes is None:
                return JSONResponse(REFUSAL.model_dump(), REFUSAL.status)
            return Me.model_validate(
                {
                    "scopes": scopes,
                    "curator": "ada@example.org" if token == CURATOR else None,
                    "owns": token == CURATOR,
                    "expires_at": None,
                    "visitors_see": self.visitors_see,
                    "sign_in": ["password"],
                }
            )

        @app.api_route("/v1/predictions/{path:path}", methods=["GET", "PUT"])
        def note(path: str, authorization: str = Header()) -> Response:
            self._note(path, authorization)
            return Response(status_code=503 if self.is_away.is_set() else 200)

        return app

    def _note(self, path: str, authorization: str) -> str:
        token = authorization.removeprefix("Bearer ")
        self.asked.append((path, token))
        return token
