"""Describes for OpenAPI which problems a route can answer, with an example of each."""

from typing import Any

from shared.contracts.problem import PROBLEM_MEDIA_TYPE, Problem, ProblemCode
from shared.web.problems import INTERNAL_ERROR, METHOD_NOT_ALLOWED, STATUS_OF, make_problem

EXAMPLES: dict[ProblemCode, str] = {  # the detail of each code
    "blank_drawing": (
        "The drawing is blank: no ink was found on it. Draw a digit, or send a picture with more contrast."
    ),
    "conflict": "Another prediction is already stored under the id 019aa5a5-5c2e-7c1f-9f55-0d3c6f2a1b7e.",
    "deleted": "The prediction 019aa5a5-5c2e-7c1f-9f55-0d3c6f2a1b7e was deleted. Use a new id.",
    "forbidden": "This API key is unknown. Check it, or ask the operator of this Slate for a key.",
    "internal_error": INTERNAL_ERROR,
    "invalid_request": "body.pixels: List should have at least 28 items after validation, not 27",
    "method_not_allowed": METHOD_NOT_ALLOWED,
    "not_configured": (
        "This service may not write to its models folder. Use `python -m training.promotion` where the models are."
    ),
    "not_found": "No prediction is stored under the id 019aa5a5-5c2e-7c1f-9f55-0d3c6f2a1b7e.",
    "not_ready": "There is no model 'cnn'.",
    "overloaded": "Too many drawings are waiting to be read. Try again in a moment.",
    "rate_limited": "You have reached the limit of 100 per 1 second. Try again in 1 s.",
    "timeout": "The request body did not arrive within 30 seconds.",
    "too_large": "The request body is larger than the limit of 16,777,216 bytes. Send less.",
    "unauthorised": "Send your API key as `Authorization: Bearer <key>` or `X-API-Key: <key>`.",
    "unknown_model": "There is no model 'nobody'.",
    "unreadable_image": "The file is not a PNG, JPEG or WebP picture.",
    "unsupported_media_type": (
        "Send application/json, several multipart files, or N × 784 bytes as application/octet-stream."
    ),
    "upstream_failed": (
        "openai/reader did not answer with ten probabilities. Try again, or choose another model (GET /v1/models)."
    ),
    "upstream_timeout": (
        "openai/reader did not answer within 30 s. Try again, or choose another model (GET /v1/models)."
    ),
}


def problem_docs(*codes: ProblemCode) -> dict[int | str, dict[str, Any]]:
    """Build the OpenAPI `responses` of a route that can answer these problems."""
    docs: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        content = {"schema": Problem.model_json_schema(), "examples": {}}
        entry = docs.setdefault(int(STATUS_OF[code]), {"description": "", "content": {PROBLEM_MEDIA_TYPE: content}})
        entry["description"] = ", ".join(filter(None, [entry["description"], f"`{code}`"]))
        example = make_problem(code, EXAMPLES[code]).model_dump(mode="json", exclude_none=True)
        entry["content"][PROBLEM_MEDIA_TYPE]["examples"][code] = {"value": example}
    return docs
