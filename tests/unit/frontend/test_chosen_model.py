"""A chosen model that no longer exists is forgotten, and the default model answers."""

import pytest
import streamlit as st

from services.frontend.session.chosen_model import ask_chosen_model, choose_model, get_chosen_model, reads_pages
from shared.clients.service import RefusedError
from shared.contracts.problem import Problem, ProblemCode


@pytest.fixture(autouse=True)
def toasts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    toasts: list[str] = []
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "toast", toasts.append)
    return toasts


def refuse(code: ProblemCode) -> RefusedError:
    return RefusedError(Problem(type="about:blank", title="", status=404, code=code, detail=""))


def test_the_chosen_model_is_asked(toasts: list[str]) -> None:
    choose_model("best")
    assert ask_chosen_model(lambda model: model) == "best"
    assert toasts == []


def test_a_model_that_no_longer_exists_is_forgotten_with_a_toast(toasts: list[str]) -> None:
    def ask(model: str | None) -> str:
        if model == "cnn/gone":
            raise refuse("unknown_model")
        return "answered"

    choose_model("cnn/gone")
    assert ask_chosen_model(ask) == "answered"
    assert get_chosen_model() is None
    assert len(toasts) == 1


def test_any_other_refusal_is_passed_on() -> None:
    def ask(model: str | None) -> str:
        raise refuse("blank_drawing")

    choose_model("best")
    with pytest.raises(RefusedError, match="blank_drawing"):
        ask_chosen_model(ask)
    assert get_chosen_model() == "best"


def test_a_model_of_openai_reads_no_pages() -> None:
    assert [reads_pages(model) for model in (None, "cnn/3", "openai/reader")] == [True, True, False]
