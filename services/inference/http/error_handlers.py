"""Turns an error about a drawing or a model version into a problem: for a whole response, or for one entry of a batch.

The handlers of shared.web.problems cover all other errors. A default model or a
reader network that can't be loaded is 503 `not_ready`.
"""

from typing import cast

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError

from services.inference.page_reader import ReaderUnavailableError
from shared.contracts.problem import Problem, ProblemCode
from shared.recognition.errors import BlankDrawingError, DrawingError, DrawingTooLargeError, UnreadableImageError
from shared.recognition.model_version import ModelVersionError
from shared.web.problems import INTERNAL_ERROR, ProblemError, make_problem, problem_response, validation_sentence

logger = structlog.get_logger(__name__)

CODE_OF_ERROR: dict[type[DrawingError], ProblemCode] = {
    BlankDrawingError: "blank_drawing",
    UnreadableImageError: "unreadable_image",
    DrawingTooLargeError: "too_large",
}


def make_entry_problem(error: Exception) -> Problem:
    """The problem of one drawing in a batch. An unexpected error is logged, and the other drawings are answered."""
    match error:
        case DrawingError():
            return make_problem(_find_code(error), str(error))
        case RequestValidationError():
            return make_problem("invalid_request", validation_sentence(error))
        case ProblemError():
            return make_problem(error.code, error.detail)
        case _:
            logger.error("batch_entry_failed", exc_info=error)
            return make_problem("internal_error", INTERNAL_ERROR)


def install_error_handlers(app: FastAPI) -> None:
    """Add the handlers for DrawingError, ModelVersionError and ReaderUnavailableError."""
    app.add_exception_handler(DrawingError, _on_drawing_error)
    app.add_exception_handler(ModelVersionError, _on_model_error)
    app.add_exception_handler(ReaderUnavailableError, _on_missing_reader)


def _find_code(error: DrawingError) -> ProblemCode:
    return next((code for kind, code in CODE_OF_ERROR.items() if isinstance(error, kind)), "unreadable_image")


async def _on_drawing_error(request: Request, error: Exception) -> Response:
    return problem_response(_find_code(cast("DrawingError", error)), str(error), instance=request.url.path)


async def _on_model_error(request: Request, error: Exception) -> Response:
    """404 `unknown_model` if the caller named the model, 503 `not_ready` if the default model is missing."""
    named = request.query_params.get("model") or request.path_params.get("name")
    code: ProblemCode = "unknown_model" if named else "not_ready"
    return problem_response(code, str(error), instance=request.url.path)


async def _on_missing_reader(request: Request, error: Exception) -> Response:
    return problem_response("not_ready", str(error), instance=request.url.path)
