"""A stand-in for a service: it gives prepared answers, one for each request, and records the requests."""

from collections import deque
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers, UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

PREDICTION: dict[str, Any] = {
    "id": "01a1fd85-46aa-747f-a136-d4f1f5bc182b",
    "digit": 7,
    "confidence": 0.97,
    "probabilities": [0.97 if digit == 7 else 0.01 / 3 for digit in range(10)],
    "digit_score": 0.9,
    "model": {"name": "cnn", "version": "1"},
    "image": "aGk=",
    "elapsed_ms": 1.5,
}


@dataclass(frozen=True)
class Asked:
    """One request as it came. `connection` is the caller's port, which is the same while the connection is kept."""

    line: str
    headers: Headers
    body: bytes
    files: list[tuple[str, bytes]]
    connection: int


class StandIn:
    """An ASGI app. Call `will_answer` before the requests and read `asked` after them."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._answers: deque[Response] = deque()

    def will_answer(self, *answers: Response) -> None:
        self._answers.extend(answers)

    def forget(self) -> None:
        self.asked.clear()
        self._answers.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        self.asked.append(await record(request))
        await self._answers.popleft()(scope, receive, send)


async def record(request: Request) -> Asked:
    body = await request.body()
    files: list[tuple[str, bytes]] = []
    if request.headers.get("content-type", "").startswith("multipart/"):
        async with request.form() as form:
            files = [(name, await file.read()) for name, file in form.multi_items() if isinstance(file, UploadFile)]
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    assert request.client
    return Asked(f"{request.method} {target}", request.headers, body, files, request.client.port)


def problem(status: int, code: str, **more: object) -> Response:
    body = {"type": "x", "title": "x", "status": status, "code": code, "detail": "Draw something.", **more}
    return JSONResponse(body, status, media_type="application/problem+json")
