"""The error body of every service: RFC 9457 problem details with a stable code."""

from typing import Literal

from shared.contracts.message import Message

PROBLEM_MEDIA_TYPE = "application/problem+json"

ProblemCode = Literal[
    "blank_drawing",
    "conflict",
    "forbidden",
    "invalid_request",
    "method_not_allowed",
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


class Problem(Message):
    """`code` is for programs and stays the same; `detail` is a sentence a person can act on."""

    type: str
    title: str
    status: int
    code: ProblemCode
    detail: str
    instance: str | None = None
