"""A body that is no valid message is answered as FastAPI answers one."""

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError


def make_body_error(error: ValidationError) -> RequestValidationError:
    """The error that FastAPI itself raises for such a body, so that one handler answers both."""
    details = error.errors(include_url=False, include_context=False, include_input=False)
    return RequestValidationError([{**detail, "loc": ("body", *detail["loc"])} for detail in details])
