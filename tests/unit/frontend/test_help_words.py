"""The page "Help the model" says why it asks, and what the help changed, in plain sentences."""

import pytest

from services.frontend.views.help_the_model.changes import changes_html
from services.frontend.views.help_the_model.questions import describe_question, describe_why
from services.frontend.views.help_the_model.read_again import Drawing, ReadAgain, describe_read_again
from shared.contracts.message import ModelVersion
from tests.unit.frontend.test_help_batch import make_question

MODEL = ModelVersion(name="cnn", version="2026-12-01.1")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "The model was not sure about this one. Which digit is it?"),
        ({"rejected": True}, "The model thought that this is no digit. Which digit is it, if it is one?"),
        ({"label": 3, "suggested": 5, "labelled_by_me": True}, "You said 3; it looks like 5. Which is it?"),
        ({"label": 3, "suggested": 5}, "Somebody said 3; it looks like 5. Which is it?"),
        ({"label": "not_a_digit", "suggested": 0}, "Somebody said “not a digit”; it looks like 0. Which is it?"),
        (
            {"label": 0, "suggested": "not_a_digit", "labelled_by_me": True},
            "You said 0; it does not look like a digit. Which is it?",
        ),
        (
            {"label": 3, "suggested": "not_a_digit", "kind": "disputed"},
            "Somebody said 3; somebody else said “not a digit”. Which is it?",
        ),
    ],
)
def test_each_question_says_why_it_is_asked(changes: dict[str, object], words: str) -> None:
    suggestion = make_question(1, label=3).suggestion.model_copy(update={"label": None, "suggested": None} | changes)
    assert describe_why(suggestion) == words


def test_the_browser_learns_what_to_mark_and_which_drawing_it_is() -> None:
    question = make_question(1, label=3)
    described = describe_question(question)
    assert (described["id"], described["said"], described["suggested"]) == (str(question.id), 3, 5)


def make_read(right: int, wrong: int, *, mine: bool = True) -> ReadAgain:
    drawings = [Drawing(5, 5, True, "data:,")] * right + [Drawing("not_a_digit", 6, False, "data:,")] * wrong
    return ReadAgain(MODEL, drawings, mine)


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (make_read(12, 3), "Of 15 drawings of yours that were read wrongly, 12 are read rightly now by"),
        (make_read(1, 3), "Of 4 drawings of yours that were read wrongly, 1 is read rightly now by"),
        (make_read(0, 2), "Of 2 drawings of yours that were read wrongly, none is read rightly now by"),
        (make_read(2, 0, mine=False), "Of 2 drawings that were read wrongly, all are read rightly now by"),
        (make_read(1, 0), "One drawing of yours that was read wrongly is read rightly now by"),
        (make_read(0, 1), "One drawing of yours that was read wrongly is still read wrongly by"),
    ],
)
def test_the_sentence_counts_what_is_read_rightly_now(read: ReadAgain, words: str) -> None:
    assert describe_read_again(read) == f"{words} cnn/2026-12-01.1."


def test_each_drawing_shows_how_it_is_read_now() -> None:
    html = changes_html(make_read(1, 1))
    assert 'alt="It is 5, read rightly now"' in html
    assert 'alt="It is not a digit, read as 6 now"' in html


@pytest.mark.parametrize("read", [None, make_read(0, 0)], ids=["not read yet", "no drawings"])
def test_without_drawings_a_sentence_says_what_will_be_here(read: ReadAgain | None) -> None:
    assert "As soon as a new version has learned from labels" in changes_html(read)
