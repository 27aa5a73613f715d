"""What went wrong with a drawing or a model → the problem that says so, for a response and for an entry of a batch."""

from typing import cast

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError

from shared.contracts.problem import Problem, ProblemCode
from shared.recognition.errors import BlankDrawingError, DrawingError, DrawingTooLargeError, UnreadableImageError
from shared.recognition.model_version import ModelVersionError
from shared.web.problems import make_problem, problem_response, validation_sentence

CODE_OF_ERROR: dict[type[DrawingError], ProblemCode] = {
    BlankDrawingError: "blank_drawing",
    UnreadableImageError: "unreadable_image",
    DrawingTooLargeError: "too_large",
}


def make_entry_problem(error: Exception) -> Problem:
    """Of a drawing that can't be read. Any other error is none of the caller's, and raised."""
    if isinstance(error, DrawingError):
        return make_problem(_code_of(error), str(error))
    if isinstance(error, RequestValidationError):
        return make_problem("invalid_request", validation_sentence(error))
    raise error


def install_error_handlers(app: FastAPI) -> None:
    """Beside those every service has."""
    app.add_exception_handler(DrawingError, _on_drawing_error)
    app.add_exception_handler(ModelVersionError, _on_model_error)


def _code_of(error: DrawingError) -> ProblemCode:
    return next(code for kind, code in CODE_OF_ERROR.items() if isinstance(error, kind))


async def _on_drawing_error(request: Request, error: Exception) -> Response:
    return problem_response(_code_of(cast("DrawingError", error)), str(error), instance=request.url.path)


async def _on_model_error(request: Request, error: Exception) -> Response:
    """The caller's mistake where the caller named the model, ours where it is the default."""
    named = request.query_params.get("model") or request.path_params.get("name")
    code: ProblemCode = "unknown_model" if named else "not_ready"
    return problem_response(code, str(error), instance=request.url.path)
