"""Pen digits that a version reads as something else are not trained on, nor straight lines that are no ones."""

import numpy as np
import pytest

from shared.recognition.normalisation import Normalisation
from tests.unit.training.toy_data import Reader, pen_character
from training.data.pen_characters import PenCharacter
from training.data.label_filter import leave_out_bars, leave_out_doubtful
from training.learning.teacher import Teacher


def kept(*labels: int, sureness: float = 9.0) -> list[int | str]:
    judge = Teacher(Reader(sureness), Normalisation())
    return [digit.label for digit in leave_out_doubtful([pen_character(label) for label in labels], judge)]


def test_what_is_read_as_another_digit_is_left_out_and_the_others_stay_in_order() -> None:
    assert kept(7, 4, 7, 1, 7) == [7, 7, 7]


def test_more_than_are_drawn_at_once_are_judged_too() -> None:
    assert kept(*[7, 4] * 600) == [7] * 600


def test_a_label_that_is_not_believed_is_left_out_even_where_nothing_else_is() -> None:
    assert kept(7, sureness=1.0) == []


UPRIGHT = [[0, 0], [0, 999]]
SLANTED = [[700, 0], [380, 500], [0, 999]]  # not quite straight, as a hand draws it
THREE = [[0, 0], [300, 200], [60, 450], [350, 700], [0, 999]]  # slim


@pytest.mark.parametrize("line", [UPRIGHT, SLANTED])
def test_straight_lines_are_ones_or_left_out(line: list[list[int]]) -> None:
    labels = [4, 1, 0, 1]
    lines = [PenCharacter(label, "w", (np.array(line, np.float32),)) for label in labels]
    assert leave_out_bars(lines) == [lines[1], lines[3]]


def test_a_slim_digit_and_a_bar_with_another_stroke_stay() -> None:
    three = PenCharacter(3, "w", (np.array(THREE, np.float32),))
    crossed = PenCharacter(4, "w", (np.array(UPRIGHT, np.float32), np.array([[-300, 500], [300, 500]], np.float32)))
    assert leave_out_bars([three, crossed]) == [three, crossed]
