"""Faint marks around a drawing on flat paper are no part of its image, and soft strokes keep theirs."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from shared.recognition.cutout import Cutout
from shared.recognition.ink import find_ink
from shared.recognition.preprocessing import centre_ink
from tests.kinds.hand import HANDS, Hand, Sheet

SIZES = [120, 300, 600]
Mark = Callable[[Sheet, int], None]


def rule(sheet: Sheet, size: int) -> None:
    """Light lines across the sheet, none of which touches the digit."""
    sheet.draw([[(0, y * size), (size, y * size)] for y in (0.1, 0.93)], (205, 205, 205), 2)


def frame(sheet: Sheet, size: int) -> None:
    sheet.box(0.05 * size, 0.05 * size, 0.95 * size, 0.95 * size, (200, 200, 200), 2)


def ghost(sheet: Sheet, size: int) -> None:
    sheet.write("8", 0.05 * size, 0.25 * size, 0.5 * size, Hand(0, 0.0, 0.12, (215, 215, 215)))


def stamp(sheet: Sheet, size: int) -> None:
    sheet.draw([[(0.05 * size, 0.05 * size), (0.25 * size, 0.25 * size)]], (225, 225, 225), size / 12)


def dots(sheet: Sheet, size: int) -> None:
    for place in np.linspace(0.05, 0.95, 10) * size:
        sheet.draw([[(place, 0.06 * size), (place + 1, 0.06 * size)]], (205, 205, 205), 2)


def write_digit(size: int) -> Sheet:
    """A three at the right of a square sheet, whose left third is empty."""
    sheet = Sheet(size, size)
    sheet.write("3", 0.5 * size, 0.25 * size, 0.5 * size, HANDS[0])
    return sheet


def make_image(sheet: Sheet) -> np.ndarray:
    return centre_ink(find_ink(Cutout.of(np.ascontiguousarray(sheet.pixels[..., 0]))))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mark", [rule, frame, ghost, stamp, dots])
def test_faint_marks_do_not_change_the_image(mark: Mark, size: int) -> None:
    clean, marked = write_digit(size), write_digit(size)
    mark(marked, size)
    assert np.abs(make_image(marked).astype(int) - make_image(clean)).max() <= 8


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("softness", [0.004, 0.012])
def test_a_soft_drawing_keeps_all_of_its_ink(softness: float, size: int) -> None:
    sheet = write_digit(size)
    sheet.pixels = np.asarray(cv2.GaussianBlur(sheet.pixels, (0, 0), softness * size))
    level = sheet.pixels[..., 0].astype(np.float32)
    whole = (255 - level) / float(255 - level.min())
    ink = find_ink(Cutout.of(np.ascontiguousarray(sheet.pixels[..., 0])))
    assert ink.sum() > 0.95 * whole.sum()


def test_a_faint_drawing_alone_is_read_like_a_strong_one() -> None:
    strong = write_digit(300)
    faint = Sheet(300, 300)
    faint.ink((255 - strong.pixels[..., 0]) / 235, (205, 205, 205))
    assert np.abs(make_image(faint).astype(int) - make_image(strong)).mean() < 4
