"""The errors of malformed requests."""

from typing import TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from shared.contracts.message import Message
from shared.web.validation import make_body_error

M = TypeVar("M", bound=Message)


def make_invalid(place: str, sentence: str) -> RequestValidationError:
    """The error that FastAPI itself raises for a malformed request, so that one handler answers both."""
    return RequestValidationError([{"type": "value_error", "loc": tuple(place.split(".")), "msg": sentence}])


def validate(kind: type[M], message: object) -> M:
    """The message as this class. RequestValidationError, as FastAPI itself raises it."""
    try:
        return kind.model_validate(message)
    except ValidationError as error:
        raise make_body_error(error) from error
