"""HTTP to a Slate service: kept connections, patience, and two kinds of failure.

A service that can't be reached or is overloaded may be asked again later; a refusal would only be repeated. Every
request may be sent twice: reading a drawing changes nothing, and writes to storage are idempotent.
"""

import time
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import ValidationError

from shared.clients.patience import PATIENT, Clock, Patience, send_patiently
from shared.contracts.message import Message
from shared.contracts.problem import Problem

M = TypeVar("M", bound=Message)

LIMITS = httpx.Limits(
    max_connections=100,
    max_keepalive_connections=100,  # all of them: the next burst opens none anew
    keepalive_expiry=4.0,  # less than uvicorn's 5 seconds, so that none is closed just as it is used again
)


class ServiceUnavailableError(Exception):
    """The service can't be reached, or answers that it can't answer now."""


class RefusedError(Exception):
    """The service refused the request; `problem` says why, in a sentence for a person."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.code}: {problem.detail}")
        self.problem = problem


class ServiceClient:
    """Requests to one service. Safe to share between threads; `close` it, or use it in a `with`."""

    def __init__(
        self, base_url: str, *, api_key: str | None = None, patience: Patience = PATIENT, clock: Clock = time
    ) -> None:
        """`api_key` goes along as `Authorization: Bearer`. ValueError, without it, where no header can hold it."""
        self._http = httpx.Client(
            base_url=base_url,
            headers=_authorise(api_key),
            timeout=httpx.Timeout(patience.read_timeout_s, connect=patience.connect_timeout_s),
            limits=LIMITS,
        )
        self._address = str(self._http.base_url.copy_with(userinfo=b""))  # for messages: a password is none of them
        self._retry_for_s = patience.retry_for_s
        self._clock = clock

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the connections up."""
        self._http.close()

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:  # httpx's own options
        """A successful response. ServiceUnavailableError, RefusedError. Only for requests that may be repeated."""
        try:
            response = send_patiently(lambda: self._send(method, path, **options), self._retry_for_s, self._clock)
        except httpx.RequestError as error:
            raise ServiceUnavailableError(f"{self._address} gave no answer: {error}") from error
        if response.is_success:
            return response
        problem = _read_problem(response)
        if response.status_code >= 500 or response.status_code == 429:
            raise ServiceUnavailableError(f"{self._address}: {problem.detail}")
        raise RefusedError(problem)

    def ask(self, answer: type[M], method: str, path: str, **options: Any) -> M:
        """The response as a message. An answer that is none is as good as no answer: ServiceUnavailableError."""
        response = self.request(method, path, **options)
        try:
            return answer.model_validate_json(response.content, extra="ignore")  # a newer service may say more
        except ValidationError as error:
            raise ServiceUnavailableError(f"{self._address} answered something else than expected") from error

    def is_ready(self) -> bool:
        """Whether /readyz says yes, asked once: it is the question of who does not want to wait."""
        try:
            return self._send("GET", "/readyz").is_success
        except httpx.RequestError:
            return False

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **options)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            return self._http.request(method, path, **options)  # a kept connection died with a restarted service


def _authorise(api_key: str | None) -> dict[bytes, bytes]:
    if not api_key:
        return {}
    if not api_key.isprintable() or api_key != api_key.strip():  # httpx's own complaint would quote it
        raise ValueError("The API key begins or ends with a space, or holds a line end or another control character.")
    return {b"Authorization": f"Bearer {api_key}".encode()}


def _read_problem(response: httpx.Response) -> Problem:
    try:
        return Problem.model_validate_json(response.content, extra="ignore")
    except ValidationError:
        return Problem(
            type="about:blank",
            title=response.reason_phrase,
            status=response.status_code,
            code="internal_error",
            detail=f"The service answered {response.status_code} {response.reason_phrase}, and not why.",
        )
