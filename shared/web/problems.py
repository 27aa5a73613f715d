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
    "forbidden": HTTPStatus.FORBIDDEN,
    "internal_error": HTTPStatus.INTERNAL_SERVER_ERROR,
    "invalid_request": HTTPStatus.UNPROCESSABLE_ENTITY,
    "method_not_allowed": HTTPStatus.METHOD_NOT_ALLOWED,
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
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid_request",
    429: "rate_limited",
    503: "overloaded",
}


EXAMPLES: dict[ProblemCode, str] = {  # a sentence of each kind, for the documentation
    "blank_drawing": "The drawing is blank: no ink was found on it. Draw a digit, or send one with more contrast.",
    "conflict": "There is another prediction under this id already.",
    "forbidden": "This API key is not known here.",
    "internal_error": "Something broke on our side; it has been logged.",
    "invalid_request": "body.pixels: List should have at least 28 items after validation, not 27",
    "method_not_allowed": "This address does not take this method; /docs lists what it takes.",
    "not_found": "There is no such prediction.",
    "not_ready": "There is no model 'cnn'.",
    "overloaded": "More requests are waiting than can be answered in time; try again in a moment.",
    "rate_limited": "This API key has asked as often as it may; try again in 7 seconds.",
    "timeout": "The request's body did not arrive within 30 seconds.",
    "too_large": "The request body is larger than the limit of 16,777,216 bytes; send a smaller picture.",
    "unauthorised": "Send an API key: Authorization: Bearer …",
    "unknown_model": "There is no model 'nobody'.",
    "unreadable_image": "The file is not a PNG, JPEG or WebP picture.",
    "unsupported_media_type": "Send a picture as image/png, image/jpeg or image/webp.",
    "upstream_failed": "openai/reader answered something else than a digit; choose another model (GET /v1/models).",
    "upstream_timeout": "openai/reader did not answer within 30 seconds; choose another model (GET /v1/models).",
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


def make_problem(code: ProblemCode, detail: str, *, status: int | None = None, instance: str | None = None) -> Problem:
    """The message; `status` only where it differs from the code's own."""
    http_status = HTTPStatus(status or STATUS_OF[code])
    return Problem(
        type=f"urn:slate:problem:{code}",
        title=http_status.phrase,
        status=http_status,
        code=code,
        detail=detail,
        instance=instance,
    )


def problem_response(
    code: ProblemCode,
    detail: str,
    *,
    status: int | None = None,
    instance: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """The problem as a response."""
    problem = make_problem(code, detail, status=status, instance=instance)
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, problem.status, media_type=PROBLEM_MEDIA_TYPE, headers=headers)


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
    """OpenAPI `responses` for the problems a route may answer, with an example of each."""
    docs: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        content = {"schema": Problem.model_json_schema(), "examples": {}}
        entry = docs.setdefault(int(STATUS_OF[code]), {"description": "", "content": {PROBLEM_MEDIA_TYPE: content}})
        entry["description"] = ", ".join(filter(None, [entry["description"], f"`{code}`"]))
        example = make_problem(code, EXAMPLES[code]).model_dump(mode="json", exclude_none=True)
        entry["content"][PROBLEM_MEDIA_TYPE]["examples"][code] = {"value": example}
    return docs
