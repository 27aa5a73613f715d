"""A chosen model that is gone is forgotten, and the service's own answers."""

import pytest
import streamlit as st

from services.frontend.chosen_model import ask_chosen_model, choose_model, get_chosen_model
from shared.clients.service import RefusedError
from shared.contracts.problem import Problem, ProblemCode


@pytest.fixture(autouse=True)
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "toast", said.append)
    return said


def refuse(code: ProblemCode) -> RefusedError:
    return RefusedError(Problem(type="about:blank", title="", status=404, code=code, detail=""))


def test_the_chosen_model_is_asked(said: list[str]) -> None:
    choose_model("best")
    assert ask_chosen_model(lambda model: model) == "best"
    assert said == []


def test_one_that_is_gone_is_forgotten_and_said_to_be_gone(said: list[str]) -> None:
    def ask(model: str | None) -> str:
        if model == "cnn/gone":
            raise refuse("unknown_model")
        return "answered"

    choose_model("cnn/gone")
    assert ask_chosen_model(ask) == "answered"
    assert get_chosen_model() is None
    assert len(said) == 1


def test_any_other_refusal_is_passed_on() -> None:
    def ask(model: str | None) -> str:
        raise refuse("blank_drawing")

    choose_model("best")
    with pytest.raises(RefusedError, match="blank_drawing"):
        ask_chosen_model(ask)
    assert get_chosen_model() == "best"
