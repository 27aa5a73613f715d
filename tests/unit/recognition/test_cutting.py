"""A digit is cut out of a page without what is around it: the image equals that of the same digit on empty paper."""

import numpy as np
import pytest

from shared.recognition.page.cutting import MARGIN_SHARE, MOST_SIDE, CutDigit, cut_digit
from shared.recognition.page.pixel_box import PixelBox
from shared.recognition.preprocessing import centre_ink
from tests.kinds.hand import BLACK, HANDS, Sheet

SIZES = [24, 60, 150, 700]
DIGITS = [3, 5, 7, 8]


def write_digit(digit: int, size: int) -> tuple[Sheet, PixelBox]:
    """A digit on a page three times as large, and the box of its ink."""
    sheet = Sheet(3 * size, 3 * size)
    sheet.write(str(digit), size, size, size, HANDS[0])
    rows, columns = np.nonzero(sheet.pixels[..., 0] < 128)
    return sheet, PixelBox(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)


def cut(sheet: Sheet, box: PixelBox, *, inverted: bool = False) -> CutDigit:
    grey = np.ascontiguousarray(sheet.pixels[..., 0])
    digit = cut_digit(255 - grey if inverted else grey, box, dark_ink=not inverted)
    assert digit is not None
    return digit


def assert_same_image(one: CutDigit, other: CutDigit, within: float = 4) -> None:
    difference = np.abs(centre_ink(one.ink).astype(int) - centre_ink(other.ink))
    assert difference.mean() <= within


def draw_box(sheet: Sheet, box: PixelBox, size: int) -> None:
    gap = 0.2 * size
    sheet.box(box.left - gap, box.top - gap, box.right + gap, box.bottom + gap, BLACK, max(1, size / 25))


def draw_near_box(sheet: Sheet, box: PixelBox, size: int) -> None:
    gap = 0.1 * size + 3
    sheet.box(box.left - gap, box.top - gap, box.right + gap, box.bottom + gap, BLACK, max(1, size / 30))


def draw_rule(sheet: Sheet, box: PixelBox, size: int) -> None:
    y = box.bottom + 0.1 * size + 1
    sheet.draw([[(0, y), (3 * size, y)]], (120, 120, 120), max(1, size / 30))


def draw_neighbours(sheet: Sheet, box: PixelBox, size: int) -> None:
    sheet.write("1", box.right + 0.12 * size + 1, box.top, size, HANDS[0])
    sheet.write("1", box.left - 0.25 * size - 2, box.top, size, HANDS[0])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("draw", [draw_box, draw_near_box, draw_rule, draw_neighbours])
def test_what_is_around_the_digit_is_no_part_of_it(draw, digit: int, size: int) -> None:
    clean, box = write_digit(digit, size)
    crowded, _ = write_digit(digit, size)
    draw(crowded, box, size)
    assert_same_image(cut(crowded, box), cut(clean, box))


@pytest.mark.parametrize("digit", DIGITS)
def test_a_rule_through_the_foot_is_cut_off_beside_the_box(digit: int) -> None:
    sheet, box = write_digit(digit, 100)
    sheet.draw([[(0, box.bottom - 4), (300, box.bottom - 4)]], (90, 90, 90), 2)
    columns = np.concatenate(cut(sheet, box).outlines)[:, 0]
    margin = MARGIN_SHARE * box.longer_side + 2
    assert box.left - margin <= columns.min() < columns.max() <= box.right + margin


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("digit", DIGITS)
def test_light_ink_on_dark_paper_gives_the_same_image(digit: int, size: int) -> None:
    sheet, box = write_digit(digit, size)
    assert_same_image(cut(sheet, box, inverted=True), cut(sheet, box), within=2)


@pytest.mark.parametrize("digit", DIGITS)
def test_a_box_that_is_a_little_too_small_or_too_large_gives_nearly_the_same_image(digit: int) -> None:
    sheet, box = write_digit(digit, 100)
    for by in (-5, 5):
        other = PixelBox(box.left - by, box.top - by, box.right + by, box.bottom + by)
        assert_same_image(cut(sheet, other), cut(sheet, box), within=3)


def test_a_digit_at_the_edge_of_the_picture_is_cut_out_whole() -> None:
    sheet, box = write_digit(5, 100)
    tight = Sheet(box.width, box.height)
    tight.pixels = sheet.pixels[box.top : box.bottom, box.left : box.right]
    assert_same_image(cut(tight, PixelBox(0, 0, box.width, box.height)), cut(sheet, box), within=2)


def test_outlines_lie_on_the_ink_of_the_page_in_its_pixels() -> None:
    sheet, box = write_digit(8, 700)
    outlines = cut(sheet, box).outlines
    assert len(outlines) == 3  # the eight and its two holes
    points = np.concatenate(outlines)
    slack = 2 * 700 / MOST_SIDE
    assert points.min(axis=0) == pytest.approx([box.left, box.top], abs=slack)
    assert points.max(axis=0) == pytest.approx([box.right, box.bottom], abs=slack)


def test_contrast_is_a_share_of_the_papers_level() -> None:
    for level, share in ((0, 1.0), (128, 0.5), (230, 0.1)):
        sheet, box = write_digit(3, 100)
        faint = Sheet(300, 300)
        faint.ink((sheet.pixels[..., 0] < 128).astype(float), (level, level, level))
        assert cut(faint, box).contrast == pytest.approx(share, abs=0.02)


def test_a_box_of_empty_paper_has_no_digit() -> None:
    sheet = Sheet(100, 100)
    assert cut_digit(sheet.pixels[..., 0], PixelBox(20, 20, 60, 60), dark_ink=True) is None
