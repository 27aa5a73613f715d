"""HTTP to a Slate service: reused connections, one retry over a fresh one, and two kinds of failure.

A service that can't be reached or is overloaded may be asked again later; a refusal would only be repeated.
"""

from typing import Any, TypeVar

import httpx
from pydantic import ValidationError

from shared.contracts.message import Message
from shared.contracts.problem import Problem

M = TypeVar("M", bound=Message)


class ServiceUnavailableError(Exception):
    """The service can't be reached, or answers that it can't answer now."""


class RefusedError(Exception):
    """The service refused the request; `problem` says why, in a sentence for a person."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.code}: {problem.detail}")
        self.problem = problem


class ServiceClient:
    """Requests to one service. Safe to share between sessions and threads."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A successful response. ServiceUnavailableError, RefusedError. Only for requests that may be repeated."""
        try:
            response = self._send(method, path, **options)
        except httpx.TransportError as error:
            raise ServiceUnavailableError(f"{self._http.base_url} can't be reached: {error}") from error
        if response.is_success:
            return response
        problem = _read_problem(response)
        if response.status_code >= 500 or response.status_code == 429:
            raise ServiceUnavailableError(f"{self._http.base_url}: {problem.detail}")
        raise RefusedError(problem)

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **options)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            return self._http.request(method, path, **options)  # a kept connection died with a restarted service

    def ask(self, answer: type[M], method: str, path: str, **options: Any) -> M:  # httpx's own options
        """The response as a message. An answer that is none is as good as no answer: ServiceUnavailableError."""
        response = self.request(method, path, **options)
        try:
            return answer.model_validate_json(response.content)
        except ValidationError as error:
            raise ServiceUnavailableError(f"{self._http.base_url} answered something else than expected") from error

    def is_ready(self) -> bool:
        """Whether /readyz says yes."""
        try:
            self.request("GET", "/readyz")
        except (ServiceUnavailableError, RefusedError):
            return False
        return True


def _read_problem(response: httpx.Response) -> Problem:
    try:
        return Problem.model_validate_json(response.content)
    except ValidationError:
        return Problem(
            type="about:blank",
            title=response.reason_phrase,
            status=response.status_code,
            code="internal_error",
            detail=f"The service answered {response.status_code} {response.reason_phrase}.",
        )
