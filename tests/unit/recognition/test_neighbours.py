"""A doubtful digit counts beside a sure one of its height, and nowhere else."""

import numpy as np
import pytest

from shared.recognition.page.mark import Mark
from shared.recognition.page.neighbours import keep_digits
from shared.recognition.page.pixel_box import PixelBox

EVEN = np.full(10, 0.1, np.float32)


def digit(left: int, score: float, top: int = 0, height: int = 30) -> Mark:
    """A 1, ten pixels wide."""
    return Mark(PixelBox(left, top, left + 10, top + height), "1", score, EVEN)


def test_a_doubtful_digit_beside_a_sure_one_counts_with_the_least_score() -> None:
    sure, doubtful = digit(0, 0.9), digit(20, 0.4)
    assert [mark.score for mark in keep_digits([sure, doubtful], 0.5)] == [0.9, 0.5]


def test_a_row_of_doubtful_digits_counts_from_one_sure_digit_on() -> None:
    row = [digit(0, 0.9), *[digit(left, 0.4) for left in (20, 40, 60)]]
    assert len(keep_digits(row, 0.5)) == 4
    assert len(keep_digits(row[1:], 0.5)) == 0


@pytest.mark.parametrize(
    "doubtful",
    [digit(20, 0.2), digit(80, 0.4), digit(20, 0.4, top=25), digit(20, 0.4, top=15, height=15), digit(3, 0.4)],
    ids=["hopeless", "far away", "on another line", "much lower", "over the sure digit"],
)
def test_other_doubtful_digits_do_not_count(doubtful: Mark) -> None:
    sure = digit(0, 0.9)
    assert keep_digits([sure, doubtful], 0.5) == [sure]


def test_no_marks_are_no_digits() -> None:
    assert keep_digits([], 0.5) == []
