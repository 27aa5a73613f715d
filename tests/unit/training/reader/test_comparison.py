"""What was found on a page, against what was written: right, wrong, missed, invented, or to be ignored."""

import numpy as np
import pytest

from shared.recognition.page.mark import Mark as FoundMark
from shared.recognition.page.pixel_box import PixelBox
from training.reader.comparison import compare_digits, compare_separators
from training.rendering.pages.page import Page
from training.rendering.pages.sheet import IGNORED, Mark

SEVEN = Mark("7", (20.0, 20.0, 36.0, 44.0))
ONE = Mark("1", (60.0, 20.0, 62.0, 44.0))
POINT = Mark(".", (40.0, 42.0, 42.0, 44.0))


def page_of(*marks: Mark) -> Page:
    return Page(np.full((64, 96), 255, np.uint8), list(marks))


def found(sign: str, left: int, top: int, right: int, bottom: int, score: float = 0.9) -> FoundMark:
    chances = np.full(10, 0.02, np.float32) if sign in "0123456789" else None
    return FoundMark(PixelBox(left, top, right, bottom), sign, score, chances)


@pytest.mark.parametrize(
    ("marks", "right", "read", "invented"),
    [
        ([], [False, False], [-1, -1], 0),
        ([found("7", 19, 21, 35, 45), found("1", 60, 21, 64, 44)], [True, True], [0, 1], 0),
        ([found("2", 19, 21, 35, 45)], [False, False], [0, -1], 0),
        ([found("7", 19, 21, 35, 45), found("7", 22, 22, 33, 40)], [True, False], [0, -1], 1),  # found twice
        ([found("4", 75, 20, 90, 44)], [False, False], [-1, -1], 1),
    ],
    ids=["missed", "right", "wrong", "twice", "invented"],
)
def test_digits_are_right_wrong_missed_or_invented(
    marks: list[FoundMark], right: list[bool], read: list[int], invented: int
) -> None:
    comparison = compare_digits(page_of(SEVEN, ONE, POINT), marks)
    assert comparison.right.tolist() == right
    assert comparison.read.tolist() == read
    assert len(comparison.invented) == invented
    assert comparison.is_exact == (all(right) and not invented)


def test_of_two_neighbours_a_found_digit_belongs_to_the_nearer_one() -> None:
    page = page_of(Mark("3", (20.0, 20.0, 36.0, 44.0)), Mark("5", (32.0, 20.0, 48.0, 44.0)))
    comparison = compare_digits(page, [found("5", 31, 20, 47, 44), found("3", 21, 20, 37, 44)])
    assert comparison.right.tolist() == [True, True]


@pytest.mark.parametrize("mark", [Mark(IGNORED, (20.0, 20.0, 36.0, 44.0)), Mark("7", (-16.0, 20.0, 6.0, 44.0))])
def test_what_is_found_in_a_place_to_ignore_counts_neither_way(mark: Mark) -> None:
    left, top, right, bottom = (max(0, int(value)) for value in mark.box)
    comparison = compare_digits(page_of(mark), [found("7", left, top, right, bottom)])
    assert (comparison.written, comparison.invented) == ([], [])


def test_separators_are_compared_among_themselves() -> None:
    marks = [found(",", 39, 41, 44, 46), found("7", 19, 21, 35, 45)]
    comparison = compare_separators(page_of(SEVEN, POINT), marks)
    assert (comparison.right.tolist(), comparison.invented) == ([False], [])
    assert compare_separators(page_of(SEVEN, POINT), [found(".", 39, 41, 44, 46)]).is_exact
