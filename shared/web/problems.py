"""Typed errors → RFC 9457 problem bodies. One place maps what went wrong to a status and a code.

A service raises a `ProblemError`; `install_problem_handlers` turns it, and whatever FastAPI itself refuses, into
`application/problem+json`.
"""

from http import HTTPStatus
from typing import Any, cast

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from shared.contracts.problem import PROBLEM_MEDIA_TYPE, Problem, ProblemCode

logger = structlog.get_logger(__name__)

STATUS_OF: dict[ProblemCode, HTTPStatus] = {
    "blank_drawing": HTTPStatus.UNPROCESSABLE_ENTITY,
    "conflict": HTTPStatus.CONFLICT,
    "internal_error": HTTPStatus.INTERNAL_SERVER_ERROR,
    "invalid_request": HTTPStatus.UNPROCESSABLE_ENTITY,
    "method_not_allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "not_found": HTTPStatus.NOT_FOUND,
    "not_ready": HTTPStatus.SERVICE_UNAVAILABLE,
    "overloaded": HTTPStatus.SERVICE_UNAVAILABLE,
    "timeout": HTTPStatus.REQUEST_TIMEOUT,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "unauthorised": HTTPStatus.UNAUTHORIZED,
    "unknown_model": HTTPStatus.NOT_FOUND,
    "unreadable_image": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unsupported_media_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}
CODE_OF_STATUS: dict[int, ProblemCode] = {
    400: "invalid_request",
    401: "unauthorised",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid_request",
    503: "overloaded",
}


SENTENCES = {  # where the framework gives only the status's name
    404: "There is nothing at this address; /docs lists what there is.",
    405: "This address does not take this method; /docs lists what it takes.",
}


class ProblemError(Exception):
    """A refusal with a stable code and a sentence a person can act on."""

    def __init__(self, code: ProblemCode, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.headers = headers


def problem_response(
    code: ProblemCode,
    detail: str,
    *,
    status: int | None = None,
    instance: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """The problem as a response; `status` only where it differs from the code's own."""
    http_status = HTTPStatus(status or STATUS_OF[code])
    problem = Problem(
        type=f"urn:slate:problem:{code}",
        title=http_status.phrase,
        status=http_status,
        code=code,
        detail=detail,
        instance=instance,
    )
    return Response(
        problem.model_dump_json(exclude_none=True), http_status, media_type=PROBLEM_MEDIA_TYPE, headers=headers
    )


def validation_sentence(error: RequestValidationError) -> str:
    """The first complaint as one sentence: where, and what is wrong there."""
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


async def _on_http(request: Request, error: Exception) -> Response:
    refused = cast("HTTPException", error)
    code = CODE_OF_STATUS.get(refused.status_code, "invalid_request")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused.status_code == 400 else refused.status_code  # malformed is 422
    return problem_response(
        code,
        SENTENCES.get(refused.status_code, str(refused.detail)),
        status=status,
        instance=request.url.path,
        headers=dict(refused.headers or {}),
    )


async def _on_fault(request: Request, error: Exception) -> Response:
    logger.error("request_failed", path=request.url.path, exc_info=error)
    return problem_response(
        "internal_error", "Something broke on our side; it has been logged.", instance=request.url.path
    )


def install_problem_handlers(app: FastAPI) -> None:
    """Every error this app answers becomes a problem."""
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_fault)


def problem_docs(*codes: ProblemCode) -> dict[int | str, dict[str, Any]]:
    """OpenAPI `responses` for the problems a route may answer."""
    docs: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        entry = docs.setdefault(
            int(STATUS_OF[code]),
            {"description": "", "content": {PROBLEM_MEDIA_TYPE: {"schema": Problem.model_json_schema()}}},
        )
        entry["description"] = ", ".join(filter(None, [entry["description"], f"`{code}`"]))
    return docs
