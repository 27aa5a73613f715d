"""The error body of every service: problem details as in RFC 9457, with a stable code for programs."""

from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator

from shared.contracts.message import Message

PROBLEM_MEDIA_TYPE = "application/problem+json"
REQUEST_ID = "X-Request-ID"  # the header with the `request_id` of a problem, in requests and in all answers

ProblemCode = Literal[
    "blank_drawing",
    "conflict",
    "deleted",
    "forbidden",
    "invalid_request",
    "method_not_allowed",
    "not_configured",
    "not_found",
    "not_ready",
    "overloaded",
    "rate_limited",
    "timeout",
    "too_large",
    "unauthorised",
    "unknown_model",
    "unreadable_image",
    "unsupported_media_type",
    "upstream_failed",
    "upstream_timeout",
    "internal_error",
]


CODES = frozenset(get_args(ProblemCode))


def _read_code(code: object) -> object:
    """A newer service may have more codes. Its reason and its id count all the same."""
    return "internal_error" if isinstance(code, str) and code not in CODES else code


class Problem(Message):
    """Why a request failed. Programs read `code`, which is stable; `detail` tells a person what to do.

    `request_id` finds the request in the logs. The problem of one entry of a batch has none of its own.
    `error` is the detail again, in answers of the Open Inference Protocol, whose clients look for it there.
    """

    type: str
    title: str
    status: int
    code: Annotated[ProblemCode, BeforeValidator(_read_code)]
    detail: str
    instance: str | None = None
    request_id: str | None = None
    error: str | None = None
