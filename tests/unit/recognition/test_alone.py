"""Whether ink is one digit on empty paper: digits in one piece and in several, and digits with things beside them."""

import numpy as np
import pytest

from shared.recognition.cutout import Cutout
from shared.recognition.ink import find_strokes
from tests.kinds.hand import HANDS, Sheet
from tests.unit.recognition.written_page import Stroke, arc

SIZES = [60, 150, 400]
BROKEN_FIVE: list[Stroke] = [
    [(0.15, 0.08), (0.1, 0.42), *arc(0.26, 0.68, 0.28, 0.3, 240, 490)],
    [(0.26, 0.0), (0.7, 0.0)],
]
CROSSED_SEVEN: list[Stroke] = [[(0.0, 0.02), (0.6, 0.02), (0.2, 1.0)], [(0.1, 0.52), (0.6, 0.48)]]
SLASHED_ZERO: list[Stroke] = [arc(0.35, 0.5, 0.33, 0.5, 0, 360), [(0.0, 1.0), (0.7, 0.0)]]
DOTTED_ZERO: list[Stroke] = [arc(0.35, 0.5, 0.33, 0.5, 0, 360), [(0.35, 0.0), (0.36, 0.02)]]
BROKEN_ZERO: list[Stroke] = [arc(0.35, 0.5, 0.33, 0.5, 100, 260), arc(0.35, 0.5, 0.33, 0.5, 285, 435)]
SEVEN: list[Stroke] = [[(0.0, 0.02), (0.6, 0.02), (0.2, 1.0)]]

RING = [arc(0.3, 0.5, 0.9, 0.9, 0, 365)]
BOX: list[Stroke] = [[(-0.5, -0.4), (1.1, -0.4), (1.1, 1.4), (-0.5, 1.4), (-0.5, -0.4)]]
TOUCHED_BOX: list[Stroke] = [[(-0.5, -0.4), (1.1, -0.4), (1.1, 1.0), (-0.5, 1.0), (-0.5, -0.4)]]
UNDERLINE: list[Stroke] = [[(-0.2, 1.12), (0.9, 1.1)]]
NEIGHBOUR: list[Stroke] = [[(1.1, 0.0), (1.05, 1.0)]]


def is_alone(strokes: list[Stroke], size: int, pen: float = 0.1) -> bool:
    """Whether strokes with a height of `size` pixels, in the middle of a picture three times as high, are alone."""
    sheet = Sheet(3 * size, 3 * size)
    placed = [[(size + x * size, size + y * size) for x, y in stroke] for stroke in strokes]
    sheet.draw(placed, (0, 0, 0), pen * size)
    return find_strokes(Cutout.of(np.ascontiguousarray(sheet.pixels[..., 0]))).alone


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize("hand", HANDS)
def test_a_digit_in_the_middle_of_empty_paper_is_alone(digit, hand, size) -> None:
    sheet = Sheet(2 * size, 2 * size)
    sheet.write(str(digit), size / 2, size / 2, size, hand)
    assert find_strokes(Cutout.of(np.ascontiguousarray(sheet.pixels[..., 0]))).alone


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("digit", [BROKEN_FIVE, CROSSED_SEVEN, SLASHED_ZERO, DOTTED_ZERO, BROKEN_ZERO])
def test_a_digit_of_several_strokes_is_alone(digit: list[Stroke], size: int) -> None:
    assert is_alone(digit, size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("beside", [RING, BOX, TOUCHED_BOX, UNDERLINE, NEIGHBOUR])
def test_a_digit_with_something_else_on_the_paper_is_not_alone(beside: list[Stroke], size: int) -> None:
    assert not is_alone([*SEVEN, *beside], size, pen=0.06)


@pytest.mark.parametrize("size", SIZES)
def test_a_digit_in_a_frame_along_the_border_is_not_alone(size: int) -> None:
    sheet = Sheet(2 * size, 2 * size)
    sheet.write("3", size / 2, size / 2, size, HANDS[0])
    sheet.box(2, 2, 2 * size - 3, 2 * size - 3, (0, 0, 0), 3)
    assert not find_strokes(Cutout.of(np.ascontiguousarray(sheet.pixels[..., 0]))).alone


def test_an_empty_box_is_not_alone() -> None:
    assert not is_alone([[(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]], 100)


def test_a_box_smaller_than_a_digit_is_taken_for_one() -> None:
    assert is_alone([[(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]], 14)
