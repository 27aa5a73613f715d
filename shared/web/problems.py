"""Turns errors into problem bodies as in RFC 9457. This is the only place that maps a code to a status.

A service raises a `ProblemError`. The handlers of `install_problem_handlers` answer it, and every error of FastAPI
itself, as `application/problem+json`.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import cast

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from shared.contracts.problem import PROBLEM_MEDIA_TYPE, REQUEST_ID, Problem, ProblemCode
from shared.web.request_id import find_request_id

logger = structlog.get_logger(__name__)

STATUS_OF: dict[ProblemCode, HTTPStatus] = {
    "blank_drawing": HTTPStatus.UNPROCESSABLE_ENTITY,
    "conflict": HTTPStatus.CONFLICT,
    "deleted": HTTPStatus.GONE,
    "forbidden": HTTPStatus.FORBIDDEN,
    "internal_error": HTTPStatus.INTERNAL_SERVER_ERROR,
    "invalid_request": HTTPStatus.UNPROCESSABLE_ENTITY,
    "method_not_allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "not_configured": HTTPStatus.CONFLICT,
    "not_found": HTTPStatus.NOT_FOUND,
    "not_ready": HTTPStatus.SERVICE_UNAVAILABLE,
    "overloaded": HTTPStatus.SERVICE_UNAVAILABLE,
    "rate_limited": HTTPStatus.TOO_MANY_REQUESTS,
    "timeout": HTTPStatus.REQUEST_TIMEOUT,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "unauthorised": HTTPStatus.UNAUTHORIZED,
    "unknown_model": HTTPStatus.NOT_FOUND,
    "unreadable_image": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unsupported_media_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "upstream_failed": HTTPStatus.BAD_GATEWAY,
    "upstream_timeout": HTTPStatus.GATEWAY_TIMEOUT,
}
CODE_OF_STATUS: dict[int, ProblemCode] = {
    400: "invalid_request",
    401: "unauthorised",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "timeout",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid_request",
    429: "rate_limited",
    503: "overloaded",
}

CLIENT_DISCONNECTED = 499  # as nginx has it: the client left before its request was complete, so nobody gets the answer

OPEN_INFERENCE = "/v2"  # the addresses of the Open Inference Protocol, whose clients read `error`
METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")
INTERNAL_ERROR = "An internal error happened in the service and was logged."
METHOD_NOT_ALLOWED = "This address does not support this method. /docs lists the methods of each address."

DETAIL_OF_STATUS = {  # in place of the framework's detail, which is only the name of the status
    404: "This address does not exist. /docs lists the addresses of this API.",
}


class ProblemError(Exception):
    """A refused or failed request: a stable code, and a detail that tells a person what to do."""

    def __init__(self, code: ProblemCode, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(code, detail, headers)  # all of them, so that it can be pickled
        self.code = code
        self.detail = detail
        self.headers = headers

    def __str__(self) -> str:
        return self.detail


def make_problem(code: ProblemCode, detail: str, *, status: int | None = None, instance: str | None = None) -> Problem:
    """Build the problem body. Pass `status` only if it differs from the status of the code."""
    http_status = HTTPStatus(status or STATUS_OF[code])
    return Problem(
        type=f"urn:slate:problem:{code}",
        title=http_status.phrase,
        status=http_status,
        code=code,
        detail=detail,
        instance=instance,
        error=detail if instance and instance.startswith(OPEN_INFERENCE) else None,
    )


def problem_response(
    code: ProblemCode,
    detail: str,
    *,
    status: int | None = None,
    instance: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Build the HTTP response of a problem."""
    problem = make_problem(code, detail, status=status, instance=instance).model_copy(
        update={"request_id": find_request_id()}
    )
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, problem.status, media_type=PROBLEM_MEDIA_TYPE, headers=headers)


def validation_sentence(error: RequestValidationError) -> str:
    """Describe the first validation error in one sentence: the place and what is wrong there."""
    errors = error.errors()
    if not errors:
        return "The request is malformed."
    first = errors[0]
    place = ".".join(str(part) for part in first["loc"]) or "request"
    more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{place}: {first['msg']}{more}"


async def _on_problem(request: Request, error: Exception) -> Response:
    problem = cast("ProblemError", error)
    return problem_response(problem.code, problem.detail, instance=request.url.path, headers=problem.headers)


async def _on_validation(request: Request, error: Exception) -> Response:
    sentence = validation_sentence(cast("RequestValidationError", error))
    return problem_response("invalid_request", sentence, instance=request.url.path)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    """Answer an error of the framework. Its 400 for a malformed body becomes 422, as for any other invalid request."""
    refusal = cast("HTTPException", error)
    if refusal.status_code == CLIENT_DISCONNECTED:
        return Response(status_code=CLIENT_DISCONNECTED)
    if refusal.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return _answer_wrong_method(request)
    code = CODE_OF_STATUS.get(refusal.status_code, "invalid_request")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refusal.status_code == 400 else refusal.status_code
    return problem_response(
        code,
        DETAIL_OF_STATUS.get(refusal.status_code, str(refusal.detail)),
        status=status,
        instance=request.url.path,
        headers=dict(refusal.headers or {}),
    )


def _answer_wrong_method(request: Request) -> Response:
    """405, or the answer to OPTIONS. The framework's own `Allow` lists the methods of the first matching route only."""
    allowed = {"Allow": ", ".join(find_methods(request.app.routes, request.scope))}
    if request.method == "OPTIONS":
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=allowed)
    return problem_response("method_not_allowed", METHOD_NOT_ALLOWED, instance=request.url.path, headers=allowed)


def find_methods(routes: Iterable[BaseRoute], scope: Scope) -> list[str]:
    """Every method that an address has. HEAD is answered wherever GET is."""
    found = {
        method
        for method in METHODS
        if any(route.matches({**scope, "method": method})[0] is Match.FULL for route in routes)
    }
    return sorted(found | {"OPTIONS"} | ({"HEAD"} if "GET" in found else set()))


async def _on_unexpected_error(request: Request, error: Exception) -> Response:
    logger.error("request_failed", path=request.url.path, exc_info=error)
    # Starlette answers outside of the middleware that would add the header.
    headers = {REQUEST_ID: request_id} if (request_id := find_request_id()) else None
    return problem_response("internal_error", INTERNAL_ERROR, instance=request.url.path, headers=headers)


def install_problem_handlers(app: FastAPI) -> None:
    """Make this app answer every error with a problem body."""
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(Exception, _on_unexpected_error)
