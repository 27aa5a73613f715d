"""A click on the confusion matrix chooses its cell, once."""

from types import SimpleNamespace

import pytest
import streamlit as st

from services.frontend.views.statistics.charts import CELL
from services.frontend.views.statistics.confusion import take_cell


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    state: dict[str, object] = {}
    monkeypatch.setattr(st, "session_state", state)
    return state


def click(state: dict[str, object], key: str, label: int, digit: int) -> None:
    state[key] = SimpleNamespace(selection={CELL: [{"label": label, "digit": digit}]})
    take_cell(key)


def test_a_click_chooses_its_cell(state: dict[str, object]) -> None:
    click(state, "confusion-0", 3, 5)
    click(state, "confusion-0", 3, 3)
    click(state, "confusion-0", 3, 5)
    assert (state["cell_label"], state["cell_digit"]) == (3, 5)


def test_a_repeated_report_of_a_click_does_not_undo_the_choice_of_digits(state: dict[str, object]) -> None:
    click(state, "confusion-0", 3, 3)
    state["cell_label"] = 9
    click(state, "confusion-0", 3, 3)
    assert state["cell_label"] == 9
    click(state, "confusion-1", 3, 3)  # a new matrix, so this is a new click
    assert state["cell_label"] == 3
