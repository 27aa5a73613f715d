"""A chat-completions endpoint on localhost for tests: an ASGI app in a thread, reached over real HTTP.

It checks the API key as the real endpoint does and records the requests. A test sets its replies, which are sent in
order; the last one is repeated.
"""

import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn

KEY = "sk-test-0123456789"
NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
Message = MutableMapping[str, Any]


@dataclass(frozen=True)
class Reply:
    """One response. With `body` None the server never answers."""

    body: bytes | None = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


def answer(weights: dict[int, float], digit_score: float = 1.0, **more: object) -> str:
    """The text that a model writes. Digits that are not in `weights` get 0."""
    numbers = {name: weights.get(digit, 0.0) for digit, name in enumerate(NAMES)}
    return json.dumps({"digit_score": digit_score, **numbers, **more})


def completion(content: str | None, *, refusal: str | None = None, finish_reason: str = "stop") -> Reply:
    """A chat completion with all fields of the real one."""
    message = {"role": "assistant", "content": content, "refusal": refusal, "annotations": []}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}
    usage = {"prompt_tokens": 300, "completion_tokens": 80, "total_tokens": 380}
    body = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1_790_000_000, "model": "reader-2026-10-01"}
    return Reply(json.dumps({**body, "choices": [choice], "usage": usage}).encode())


def failure(status: int, message: str = "no", **headers: str) -> Reply:
    """An error in the format of the real endpoint. `retry_after_ms="1"` makes the package retry quickly."""
    body = json.dumps({"error": {"message": message, "type": "error", "code": None, "param": None}})
    return Reply(body.encode(), status, {name.replace("_", "-"): value for name, value in headers.items()})


class OpenAiServer:
    def __init__(self) -> None:
        self.url = ""
        self.replies: list[Reply] = []
        self.requests: list[Request] = []

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.requests.append(Request(scope["path"], headers, json.loads(await _read_body(receive))))
        reply = self._choose_reply(headers)
        if reply.body is None:
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        raw = {"content-type": "application/json", "x-request-id": "req_1", **reply.headers}
        head = [(name.encode(), value.encode()) for name, value in raw.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": head})
        await send({"type": "http.response.body", "body": reply.body})

    def _choose_reply(self, headers: dict[str, str]) -> Reply:
        shown = headers.get("authorization", "").removeprefix("Bearer ")
        if shown != KEY:
            return failure(401, f"Incorrect API key provided: {shown}.")
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


async def _read_body(receive: Callable[[], Awaitable[Message]]) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


@contextmanager
def serve_openai() -> Iterator[OpenAiServer]:
    """Serve on a free port until the block ends."""
    app = OpenAiServer()
    config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:  # accepts connections before the thread serves them
        app.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield app
        finally:
            server.should_exit = True
            thread.join()
