"""Pen digits with wrong labels are left out: those a version doubts, and straight lines that are not ones."""

import numpy as np
import pytest

from shared.recognition.normalisation import Normalisation
from tests.unit.training.toy_data import AlwaysSeven, pen_character
from training.data.label_filter import leave_out_bars, leave_out_doubtful
from training.data.pen_characters import PenCharacter
from training.learning.teacher import Teacher


def kept(*labels: int, logit: float = 9.0) -> list[int | str]:
    answer = Teacher(AlwaysSeven(logit), Normalisation())
    return [digit.label for digit in leave_out_doubtful([pen_character(label) for label in labels], answer)]


def test_digits_read_as_another_digit_are_left_out_and_the_others_keep_their_order() -> None:
    assert kept(7, 4, 7, 1, 7) == [7, 7, 7]


def test_more_digits_than_a_batch_are_checked() -> None:
    assert kept(*[7, 4] * 600) == [7] * 600


def test_a_label_below_even_odds_is_left_out_even_if_no_other_digit_is_likelier() -> None:
    assert kept(7, logit=1.0) == []


UPRIGHT = [[0, 0], [0, 999]]
SLANTED = [[700, 0], [380, 500], [0, 999]]  # not quite straight, as a hand draws it
THREE = [[0, 0], [300, 200], [60, 450], [350, 700], [0, 999]]  # slim


@pytest.mark.parametrize("line", [UPRIGHT, SLANTED])
def test_a_straight_line_is_kept_only_as_a_one(line: list[list[int]]) -> None:
    labels = [4, 1, 0, 1]
    lines = [PenCharacter(label, "w", (np.array(line, np.float32),)) for label in labels]
    assert leave_out_bars(lines) == [lines[1], lines[3]]


def test_a_slim_digit_and_a_bar_with_another_stroke_are_kept() -> None:
    three = PenCharacter(3, "w", (np.array(THREE, np.float32),))
    crossed = PenCharacter(4, "w", (np.array(UPRIGHT, np.float32), np.array([[-300, 500], [300, 500]], np.float32)))
    assert leave_out_bars([three, crossed]) == [three, crossed]
