"""Every error of one drawing becomes the problem of its entry, so that the other drawings of the batch are answered."""

import json
from collections.abc import Sequence

import numpy as np
import pytest
import structlog

from services.inference.http.batch_answer import answer_drawings
from services.inference.http.batch_body import JsonList
from services.inference.http.error_handlers import make_entry_problem
from services.inference.http.validation import make_invalid
from services.inference.prediction import Answer, Prepared
from services.inference.questions import DrawingsQuestion, ListQuestion
from shared.recognition.errors import BlankDrawingError, DrawingError, DrawingTooLargeError, UnreadableImageError
from shared.web.problems import ProblemError


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (BlankDrawingError("It is blank."), "blank_drawing", 422),
        (UnreadableImageError("It is broken."), "unreadable_image", 422),
        (DrawingTooLargeError("It is too large."), "too_large", 413),
        (make_invalid("body.image", "It is no base64."), "invalid_request", 422),
        (ProblemError("overloaded", "Too many are waiting."), "overloaded", 503),
        (AssertionError("a secret"), "internal_error", 500),
        (DrawingError("It is of another kind."), "unreadable_image", 422),
    ],
)
def test_each_error_has_its_code(error: Exception, code: str, status: int) -> None:
    problem = make_entry_problem(error)
    assert (problem.code, problem.status) == (code, status)
    assert "secret" not in problem.detail


def test_an_unexpected_error_is_logged_with_its_traceback() -> None:
    error = RuntimeError("engine")
    with structlog.testing.capture_logs() as logs:
        make_entry_problem(error)
    assert [(log["log_level"], log["exc_info"]) for log in logs] == [("error", error)]


class FailingAsker:
    """Fails for one drawing with an error that nobody expects."""

    async def ask(self, question: ListQuestion | DrawingsQuestion) -> Sequence[object]:
        if isinstance(question, ListQuestion):
            return list(question.body.parse())
        return [self.answer(source.parse()) for source in question.sources]

    def answer(self, drawing: object) -> Answer | Exception:
        blank = Prepared(np.zeros((28, 28), np.uint8))
        return ZeroDivisionError() if drawing == b"bad" else Answer(b'{"digit": 7}', blank, 7, 1.0)


async def test_an_unexpected_error_of_one_drawing_leaves_the_others_answered() -> None:
    body = JsonList(b'{"images": ["Z29vZA==", "YmFk", "Z29vZA=="]}')
    answers = await answer_drawings(body, FailingAsker())
    assert [json.loads(answer).get("code") for answer in answers] == [None, "internal_error", None]
