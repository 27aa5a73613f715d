"""The numbers of a page follow what the visitor corrected and removed."""

import pytest

from services.frontend.views.photo.numbers import write_cells, write_lines, write_number
from tests.unit.clients.page_readings import a_reading, a_table


def signs_of(text: str) -> list[str | None]:
    """`1_5` are the signs 1, none and 5."""
    return [None if sign == "_" else sign for sign in text]


@pytest.mark.parametrize(
    ("number", "signs", "text"),
    [
        ("19,95", "1995", "19,95"),
        ("19,95", "1775", "17,75"),
        ("12/05/2026", "12052026", "12/05/2026"),
        ("12/05/2026", "12__2026", "12/2026"),
        ("19,95", "19__", "19"),
        ("19,95", "__95", "95"),
        ("3-5", "_5", "5"),
        ("19,95", "____", ""),
    ],
)
def test_a_number_keeps_a_separator_that_has_a_digit_on_both_sides(number: str, signs: str, text: str) -> None:
    assert write_number(a_reading(number).numbers[0], signs_of(signs)) == text


def test_each_line_has_its_numbers_and_a_line_without_digits_is_left_out() -> None:
    reading = a_reading("19,95 3", "7", "12:30")
    assert write_lines(reading, signs_of("199537" + "1230")) == ["19,95 3", "7", "12:30"]
    assert write_lines(reading, signs_of("1995__" + "1231")) == ["19,95", "12:31"]


def test_a_cell_has_the_text_of_its_numbers_and_may_be_empty() -> None:
    reading = a_reading("1 2", "34")
    table = a_table([[0, 1], []], [[2], []], texts=[["1 2", ""], ["34", ""]])
    assert write_cells(table, reading, signs_of("1234")) == [["1 2", ""], ["34", ""]]
    assert write_cells(table, reading, signs_of("_24_")) == [["2", ""], ["4", ""]]
