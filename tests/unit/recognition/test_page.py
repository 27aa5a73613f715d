"""The shipped reader network reads every digit of a page: its place, its sign, and its line.

The digits are drawn with a round pen. Those pages are not among the pages that the network learns from.
"""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from shared.contracts.page import MAX_DIGITS
from shared.recognition.errors import BlankDrawingError, DrawingTooLargeError
from shared.recognition.page.arrangement import Arrangement, arrange
from shared.recognition.page.found_page import FoundDigit, FoundPage
from shared.recognition.preprocessing import preprocess
from tests.integration.inference.conftest import encode
from tests.shipped_reader import read_page
from tests.unit.recognition.test_photograph import LIGHTS, assert_alike, take
from tests.unit.recognition.written_page import STROKES, Written, as_png, draw_stroke, write, write_rows

Make = Callable[[np.ndarray], bytes]  # ink (H, W) in 0..1 → a picture file

ROWS = ["20261", "31415", "92653", "58979"]
PICTURES: dict[str, Make] = {
    "drawn": as_png,
    **{light: lambda ink, light=light: take(ink, LIGHTS[light]) for light in LIGHTS},
}
PLACE = 0.2  # of a digit's height: how far an edge of its box may be from the edge of its strokes


def arrange_page(page: FoundPage) -> Arrangement:
    return arrange([*(digit.mark for digit in page.digits), *page.separators])


def read_rows(page: FoundPage) -> list[str]:
    """The digits of each line. Spaces and separators are left to the tests of the arrangement."""
    return ["".join(filter(str.isdigit, line.text)) for line in arrange_page(page).lines]


def order(page: FoundPage) -> list[FoundDigit]:
    """The digits in reading order."""
    return [page.digits[digit] for digit in arrange_page(page).digits]


def assert_found(page: FoundPage, digits: list[Written]) -> None:
    """The page has these digits, each at its place, in this order."""
    found = order(page)
    assert [digit.mark.sign for digit in found] == [str(written.digit) for written in digits]
    for digit, written in zip(found, digits, strict=True):
        box, slack = digit.mark.box, PLACE * written.height
        assert box.left == pytest.approx(written.left, abs=slack)
        assert box.top == pytest.approx(written.top, abs=slack)
        assert box.bottom == pytest.approx(written.top + written.height, abs=slack)


@pytest.mark.parametrize("make", PICTURES.values(), ids=PICTURES.keys())
def test_every_digit_of_several_rows_is_read_in_reading_order(make: Make) -> None:
    ink, digits = write_rows(ROWS)
    page = read_page(make(ink))
    assert read_rows(page) == ROWS
    assert_found(page, digits)
    assert (page.width, page.height) == ink.shape[::-1]


@pytest.mark.parametrize("slope", [-0.12, 0.12])
def test_a_line_may_slope(slope: float) -> None:
    rows = ["0123456789", "9876543210"]
    ink, digits = write_rows(rows, slope=slope)
    page = read_page(as_png(np.pad(ink, ((80, 80), (0, 0)))))
    assert read_rows(page) == rows
    assert_found(page, [move(digit, 0, 80) for digit in digits])


def test_digits_of_different_sizes_are_read() -> None:
    digits = [Written(7, 30, 40, 160), Written(3, 200, 150, 50), Written(5, 260, 145, 55), Written(2, 40, 260, 40)]
    assert_found(read_page(as_png(write(digits, 360, 340))), digits)


def test_small_digits_close_above_a_large_digit_stay_apart() -> None:
    digits = [Written(2, 40, 30, 40), Written(5, 80, 30, 40), Written(8, 50, 94, 150)]
    assert_found(read_page(as_png(write(digits, 240, 280))), digits)


SINGLE_DIGITS = [pytest.param(PICTURES[name], digit, id=f"{name}-{digit}") for name in PICTURES for digit in STROKES]


@pytest.mark.parametrize(("make", "digit"), SINGLE_DIGITS)
def test_a_single_digit_has_about_the_image_of_preprocess(make: Make, digit: int) -> None:
    picture = make(write([Written(digit, 120, 90, 130)], 320, 300))
    (found,) = read_page(picture).digits
    assert found.mark.sign == str(digit)
    assert_alike(found.image, preprocess(picture))


def with_strokes(*strokes: list[tuple[float, float]]) -> bytes:
    """A seven and, to its right, a digit of these strokes. Their points lie in a box of height 1."""
    ink = np.round(255 * write([Written(7, 40, 60, 100)], 320, 220)).astype(np.uint8)
    for stroke in strokes:
        draw_stroke(ink, [(180 + 100 * x, 60 + 100 * y) for x, y in stroke], 11)
    return as_png(ink / 255)


LOOSE_STROKES = {
    "a five's loose bar": (
        5,
        [[(0.2, 0.0), (0.62, 0.0)], [(0.12, 0.17), (0.1, 0.45), (0.45, 0.5), (0.45, 0.9), (0.0, 0.98)]],
    ),
    "a broken one": (1, [[(0.1, 0.0), (0.08, 0.3)], [(0.07, 0.48), (0.05, 1.0)]]),
    "an open four": (4, [[(0.2, 0.0), (0.0, 0.55), (0.32, 0.55)], [(0.52, 0.1), (0.5, 1.0)]]),
    "a one's base": (1, [[(0.1, 0.1), (0.3, 0.0), (0.3, 0.8)], [(0.05, 1.0), (0.6, 1.0)]]),
}


@pytest.mark.parametrize(("digit", "strokes"), LOOSE_STROKES.values(), ids=LOOSE_STROKES.keys())
def test_strokes_of_one_digit_that_do_not_touch_stay_together(digit: int, strokes) -> None:
    seven, broken = order(read_page(with_strokes(*strokes)))
    assert (seven.mark.sign, broken.mark.sign) == ("7", str(digit))
    assert broken.mark.box.left == pytest.approx(180, abs=15)


def test_digits_close_to_each_other_stay_apart() -> None:
    digits = [Written(1, 40, 50, 100), Written(1, 70, 50, 100), Written(0, 100, 50, 100), Written(5, 180, 50, 100)]
    assert_found(read_page(as_png(write(digits, 300, 200))), digits)


def test_specks_dots_dashes_and_ruled_lines_are_not_digits() -> None:
    ink, digits = write_rows(["314", "159"], size=90)
    ink[20:24, 30:34] = ink[300:303, 400:403] = 1  # specks
    ink[172:184, 410:422] = 1  # a dot
    ink[130:138, 400:440] = 1  # a dash
    ink[210:213] = 1
    assert_found(read_page(as_png(ink)), digits)


def test_grain_on_a_photograph_is_not_a_digit() -> None:
    ink, _ = write_rows(["42", "17"], size=90)
    for y, x in np.random.default_rng(1).integers(5, 300, (40, 2)):
        ink[y : y + 3, x : x + 3] = np.maximum(ink[y : y + 3, x : x + 3], 0.8)
    assert read_rows(read_page(take(ink))) == ["42", "17"]


def test_paper_without_ink_is_blank_or_has_no_digits() -> None:
    with pytest.raises(BlankDrawingError):
        read_page(as_png(np.zeros((200, 300))))
    assert read_page(take(np.zeros((300, 400)))).digits == []


def test_a_page_of_a_thousand_digits_is_read() -> None:
    ink, _ = write_rows(["1234567890"] * (MAX_DIGITS // 10), size=24)
    assert len(read_page(as_png(ink)).digits) == MAX_DIGITS


def test_more_than_a_thousand_digits_are_too_many() -> None:
    ink, _ = write_rows(["1234567890"] * (MAX_DIGITS // 10 + 1), size=24)
    with pytest.raises(DrawingTooLargeError, match="at most 1,000 are read"):
        read_page(as_png(ink))


def test_boxes_lie_on_the_picture_as_exif_turns_it() -> None:
    ink, digits = write_rows(["2026"])
    lying = Image.fromarray((255 * (1 - ink)).astype(np.uint8)).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise to see it upright
    file = io.BytesIO()
    lying.save(file, "JPEG", quality=95, exif=exif)
    page = read_page(file.getvalue())
    assert (page.width, page.height, page.rotation) == (lying.height, lying.width, 0)
    assert_found(page, digits)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_page_on_its_side_or_on_its_head_is_read_upright(turns: int) -> None:
    ink, digits = write_rows(["20264", "31457"])
    page = read_page(as_png(np.rot90(ink, turns)))
    assert (page.width, page.height, page.rotation) == (*ink.shape[::-1], 90 * turns)
    assert_found(page, digits)


@pytest.mark.parametrize("scale", [1, 8])
def test_boxes_lie_on_a_transparent_and_on_a_large_picture(scale: int) -> None:
    ink, digits = write_rows(["2026"])
    alpha = Image.fromarray((255 * ink).astype(np.uint8)).resize((ink.shape[1] * scale, ink.shape[0] * scale))
    picture = Image.new("RGBA", alpha.size, "navy")
    picture.putalpha(alpha)
    page = read_page(encode(picture))
    assert (page.width, page.height) == picture.size
    assert_found(page, [Written(d.digit, d.left * scale, d.top * scale, d.height * scale) for d in digits])


def test_outlines_go_around_the_ink() -> None:
    page = read_page(as_png(write([Written(0, 40, 50, 100), Written(7, 150, 50, 100)], 280, 200)))
    ring, seven = order(page)
    assert (len(ring.outlines), len(seven.outlines)) == (2, 1)  # a ring has an inner outline too
    for digit, left, right in ((ring, 40, 100), (seven, 150, 210)):
        points = np.array([point for outline in digit.outlines for point in outline])
        assert points.min(axis=0) == pytest.approx((left, 50), abs=10)
        assert points.max(axis=0) == pytest.approx((right, 150), abs=10)


def move(written: Written, right: float, down: float) -> Written:
    return Written(written.digit, written.left + right, written.top + down, written.height)
