"""Pen digits with wrong labels are left out: those a version doubts, and straight lines that are not ones."""

from dataclasses import replace

import numpy as np
import pytest

from shared.recognition.normalisation import Normalisation
from tests.unit.training.toy_data import AlwaysSeven, pen_character
from training.data.label_filter import leave_out_bars, leave_out_doubtful, leave_out_unreadable
from training.data.labelled_images import LabelledImages
from training.data.pen_characters import PenCharacter
from training.learning.teacher import Teacher


def kept(*labels: int, logit: float = 9.0, writers: int = 2000) -> list[int | str]:
    answer = Teacher(AlwaysSeven(logit), Normalisation())
    digits = [replace(pen_character(label), writer=f"w{number % writers}") for number, label in enumerate(labels)]
    return [digit.label for digit in leave_out_doubtful(digits, answer)]


def test_digits_read_as_another_digit_are_left_out_and_the_others_keep_their_order() -> None:
    assert kept(7, 4, 7, 1, 7) == [7, 7, 7]


def test_more_digits_than_a_batch_are_checked() -> None:
    assert kept(*[7, 4] * 600) == [7] * 600


def test_what_one_writer_writes_three_times_is_a_style_and_stays() -> None:
    assert kept(4, 4, 4, 7, writers=1) == [4, 4, 4, 7]
    assert kept(4, 4, 7, writers=1) == [7]
    assert kept(4, 4, 4, 7, writers=2) == [7]
    assert kept(4, 1, 4, 7, writers=1) == [7]


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


def test_of_cut_digits_only_those_are_left_out_whose_label_is_all_but_ruled_out() -> None:
    labels = np.array([7, 4, 7] * 200)  # more than a batch
    images = np.full((600, 28, 28), 255, np.uint8)
    images[:, 0, 0] = np.arange(600) % 256
    likely = leave_out_unreadable(LabelledImages(images, labels), Teacher(AlwaysSeven(9.0), Normalisation()))
    assert likely.labels.tolist() == [7] * 400
    assert np.array_equal(likely.images, images[labels == 7])
    unsure = Teacher(AlwaysSeven(1.0), Normalisation())  # 0.23 for seven, 0.09 for each other digit
    assert len(leave_out_unreadable(LabelledImages(images, labels), unsure)) == 600
