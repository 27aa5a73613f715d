"""Answers to requests that never reach the app. They are problems, as the answers of the app are."""

from dataclasses import dataclass
from http import HTTPStatus

from shared.contracts.problem import PROBLEM_MEDIA_TYPE, ProblemCode
from shared.web.problems import make_problem


@dataclass(frozen=True)
class Refusal:
    """The problem that answers a request which never reaches the app. `reason` is for the log."""

    reason: str
    status: HTTPStatus
    code: ProblemCode
    detail: str

    def encode(self, default_headers: list[tuple[bytes, bytes]], *more: tuple[bytes, bytes]) -> bytes:
        """The whole HTTP response. It tells the client that the connection closes."""
        body = make_problem(self.code, self.detail, status=self.status).model_dump_json(exclude_none=True).encode()
        headers = [
            *default_headers,
            (b"content-type", PROBLEM_MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *more,
        ]
        lines = [f"HTTP/1.1 {self.status.value} {self.status.phrase}".encode(), *(b": ".join(one) for one in headers)]
        return b"\r\n".join(lines) + b"\r\n\r\n" + body


MALFORMED = Refusal("malformed", HTTPStatus.BAD_REQUEST, "invalid_request", "This is not a valid HTTP/1.1 request.")
NO_HOST = Refusal(
    "no_host",
    HTTPStatus.BAD_REQUEST,
    "invalid_request",
    "Send exactly one Host header, as HTTP/1.1 requires. HTTP/0.9 is refused.",
)
TOO_LARGE = Refusal(
    "headers_too_large",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "too_large",
    "The request has too many headers, or they are too long.",
)
TOO_MANY_CONNECTIONS = Refusal(
    "too_many_connections",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "overloaded",
    "Too many connections are open. Try again in a moment.",
)
