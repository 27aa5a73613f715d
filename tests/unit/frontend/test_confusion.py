"""The confusion matrix as it is sent to the browser, and which cell is chosen."""

from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from services.frontend.views.statistics import confusion
from services.frontend.views.statistics.confusion import find_commonest
from services.frontend.views.statistics.matrix import describe_matrix


def matrix(*cells: tuple[int, int, int]) -> list[list[int]]:
    confusion = [[0] * 10 for _ in range(10)]
    for label, digit, count in cells:
        confusion[label][digit] = count
    return confusion


def test_every_cell_has_a_count_a_depth_and_words() -> None:
    described: dict[str, Any] = describe_matrix(matrix((3, 5, 7), (4, 4, 1200), (7, 1, 1)), (3, 5))
    assert (described["counts"][35], described["counts"][44], described["counts"][0]) == (7, 1200, 0)
    assert described["words"][35] == "3 read as 5: 7 drawings"
    assert described["words"][71] == "7 read as 1: 1 drawing"
    assert described["chosen"] == 35
    assert {len(described[name]) for name in ("counts", "strengths", "words")} == {100}


def test_mistakes_have_a_scale_of_their_own_so_that_they_are_seen_beside_many_right_ones() -> None:
    described: dict[str, Any] = describe_matrix(matrix((3, 5, 2), (4, 4, 1200), (7, 1, 1)), (3, 5))
    assert described["strengths"][35] == described["strengths"][44] > described["strengths"][71] > 0
    assert described["strengths"][0] == 0


def test_the_commonest_mistake_is_shown_first_or_the_commonest_cell_without_mistakes() -> None:
    assert find_commonest(matrix((4, 4, 9))) == (4, 4)
    assert find_commonest(matrix((4, 4, 9), (3, 5, 1), (7, 1, 2))) == (7, 1)


def show(label: int, digit: int, model: str) -> None:
    from services.frontend.views.statistics import confusion
    from shared.contracts.storage import Accuracy, HistoryFilters, Rejections, Statistics

    counts = [[0] * 10 for _ in range(10)]
    counts[label][digit] = 3
    statistics = Statistics(
        overall=Accuracy(predictions=3, labelled=3, correct=0, accuracy=0),
        running_accuracy=[],
        confusion=counts,
        rejections=Rejections(rejected=0, right=0, wrong=0, missed=0),
        confidence_bins=[],
        by_model=[],
        by_day=[],
    )
    confusion.show_confusion(statistics, HistoryFilters(model=model))


def shown(page: AppTest) -> str:
    assert not page.exception
    text: str = page.text[0].value
    return text


def test_no_cell_stays_chosen_that_belongs_to_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confusion, "show_examples", lambda label, digit, *_: st.text(f"{label} read as {digit}"))
    page = AppTest.from_function(show, kwargs={"label": 7, "digit": 1, "model": "cnn/1"}, default_timeout=60).run()
    assert shown(page) == "7 read as 1"
    page.selectbox(key="cell_digit").set_value(5).run()
    assert shown(page) == "7 read as 5"  # an empty cell that the person chose
    other = AppTest.from_function(show, kwargs={"label": 3, "digit": 5, "model": "mlp/1"}, default_timeout=60)
    other.session_state["cell_label"], other.session_state["cell_digit"] = 7, 1
    other.session_state["cell-chosen-for"] = page.session_state["cell-chosen-for"]
    assert shown(other.run()) == "3 read as 5"
