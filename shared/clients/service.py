"""The base of every client: HTTP to one service over keep-alive connections, with retries and two kinds of errors.

`ServiceUnavailableError`: the same request may succeed later. `RefusedError`: the same request would be refused again.
A client may send every request twice. That is safe, because reading a drawing changes nothing and writing to storage
is idempotent.
"""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import uuid4

import httpx
from pydantic import ValidationError

from shared.clients.patience import DEFAULT_PATIENCE, Clock, Patience, send_with_retries
from shared.contracts.message import Message
from shared.contracts.problem import REQUEST_ID, Problem

M = TypeVar("M", bound=Message)
FindRequestId = Callable[[], str | None]

LIMITS = httpx.Limits(
    max_connections=100,
    max_keepalive_connections=100,  # keep all of them, so that the next burst opens no new ones
    keepalive_expiry=60.0,  # seconds; less than a service's 75, so that it closes no connection just as it is reused
)

PASSING = {408, 429}  # refusals of this moment: the body came too slowly, or the caller asks too often

# The service restarted and closed an idle connection. The request is sent once more, over a new one.
CLOSED_CONNECTION = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


class ServiceUnavailableError(Exception):
    """The service cannot be reached, failed, or answered that it cannot answer now.

    `problem` is its answer, if there was one.
    """

    def __init__(self, message: str = "", problem: Problem | None = None) -> None:
        super().__init__(message)
        self.problem = problem


class RefusedError(Exception):
    """The service refused the request. `problem` says why, in a sentence for a person."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.code}: {problem.detail}")
        self.problem = problem


class ServiceClient:
    """Sends requests to one service. Threads may share it. Call `close` at the end, or use it in a `with`."""

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | None = None,
        patience: Patience = DEFAULT_PATIENCE,
        clock: Clock = time,
        find_request_id: FindRequestId = lambda: None,
    ) -> None:
        """`api_key` is sent as `Authorization: Bearer`.

        `find_request_id` tells what a request belongs to; None gives it an id of its own. A retry has the same id.
        ValueError if a header cannot hold the key; the message does not quote it.
        """
        self._http = httpx.Client(**make_options(base_url, api_key, patience))
        self._address = find_address(self._http.base_url)
        self._retry_for_s = patience.retry_for_s
        self._clock = clock
        self._find_request_id = find_request_id

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:  # httpx's own options
        """Send a request that may be repeated → its successful response. ServiceUnavailableError, RefusedError."""
        options = identify(options, self._find_request_id)
        try:
            response = send_with_retries(lambda: self._send(method, path, **options), self._retry_for_s, self._clock)
        except httpx.RequestError as error:
            raise ServiceUnavailableError(f"{self._address} did not answer: {error}") from error
        check_success(response, self._address)
        return response

    def ask(self, answer: type[M], method: str, path: str, **options: Any) -> M:
        """Send a request → its response as a message. ServiceUnavailableError if the response has another form."""
        return read_answer(answer, self.request(method, path, **options), self._address)

    def exchange(self, method: str, path: str, **options: Any) -> httpx.Response:  # httpx's own options
        """Send a request once → its response, also if it is a refusal. ServiceUnavailableError if there is none."""
        options = identify(options, self._find_request_id)
        try:
            return self._send(method, path, **options)
        except httpx.RequestError as error:
            raise ServiceUnavailableError(f"{self._address} did not answer: {error}") from error

    def is_ready(self) -> bool:
        """Ask /readyz once, without retries, because the caller wants to know about this moment."""
        try:
            return self._send("GET", "/readyz").is_success
        except httpx.RequestError:
            return False

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **options)
        except CLOSED_CONNECTION:
            return self._http.request(method, path, **options)


def identify(options: dict[str, Any], find_request_id: FindRequestId) -> dict[str, Any]:
    """The options of a request with its id in a header. Every attempt of a request has the same id."""
    request_id = find_request_id() or uuid4().hex
    return {**options, "headers": {REQUEST_ID: request_id, **(options.get("headers") or {})}}


def make_options(base_url: str, api_key: str | None, patience: Patience) -> dict[str, Any]:
    """The options of httpx's client. ValueError if a header cannot hold the key."""
    return {
        "base_url": base_url,
        "headers": _make_authorization(api_key),
        "timeout": httpx.Timeout(patience.read_timeout_s, connect=patience.connect_timeout_s),
        "limits": LIMITS,
    }


def find_address(base_url: httpx.URL) -> str:
    """The address for messages, without a password."""
    return str(base_url.copy_with(userinfo=b""))


def check_success(response: httpx.Response, address: str) -> None:
    """ServiceUnavailableError or RefusedError if the response is no success."""
    if response.is_success:
        return
    problem = _read_problem(response)
    if response.status_code >= 500 or response.status_code in PASSING:
        raise ServiceUnavailableError(f"{address}: {problem.detail}", problem)
    raise RefusedError(problem)


def read_answer(answer: type[M], response: httpx.Response, address: str) -> M:
    """A successful response as a message. ServiceUnavailableError if it has another form."""
    try:
        return answer.model_validate_json(response.content, extra="ignore")  # a newer service may add fields
    except ValidationError as error:
        raise ServiceUnavailableError(f"{address} sent an answer of an unexpected form.") from error


def _make_authorization(api_key: str | None) -> dict[bytes, bytes]:
    if not api_key:
        return {}
    if not api_key.isprintable() or api_key != api_key.strip():  # httpx's own error message would quote the key
        raise ValueError("The API key begins or ends with a space, or contains a line end or a control character.")
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
            detail=f"The service answered {response.status_code} {response.reason_phrase} without a reason.",
        )
