"""Every digit of a page is found at its place, in reading order. A single digit gives the image of `preprocess`."""

import io

import numpy as np
import pytest
from PIL import Image

from shared.recognition.errors import BlankDrawingError, DrawingTooLargeError
from shared.recognition.page import FoundDigit, PageOfDigits, segment_page
from shared.recognition.preprocessing import preprocess
from tests.integration.inference.conftest import encode
from tests.unit.recognition.test_photograph import LIGHTS, take
from tests.unit.recognition.written_page import STROKES, Written, as_png, draw_stroke, write, write_rows

ROWS = ["20261", "31415", "92653", "58979"]
PICTURES = {"drawn": as_png, **{light: lambda ink, light=light: take(ink, LIGHTS[light]) for light in LIGHTS}}


def assert_found(page: PageOfDigits, digits: list[Written], tolerance: float = 0.15) -> None:
    """The page has these digits, each at its place, in this order."""
    assert len(page.digits) == len(digits)
    for found, written in zip(page.digits, digits, strict=True):
        slack = tolerance * written.height
        assert found.box.left == pytest.approx(written.left, abs=slack)
        assert found.box.top == pytest.approx(written.top, abs=slack)
        assert found.box.bottom == pytest.approx(written.top + written.height, abs=slack)


@pytest.mark.parametrize("make", PICTURES.values(), ids=PICTURES.keys())
def test_every_digit_of_several_rows_is_found_in_reading_order(make) -> None:
    ink, digits = write_rows(ROWS)
    page = segment_page(make(ink))
    assert_found(page, digits)
    assert [digit.line for digit in page.digits] == [row for row, line in enumerate(ROWS) for _ in line]
    assert (page.width, page.height) == ink.shape[::-1]


@pytest.mark.parametrize("slope", [-0.12, 0.12])
def test_a_line_may_slope(slope: float) -> None:
    ink, digits = write_rows(["0123456789", "9876543210"], slope=slope)
    assert_found(segment_page(as_png(np.pad(ink, ((80, 80), (0, 0))))), [move(digit, 0, 80) for digit in digits])


def test_digits_of_different_sizes_are_found() -> None:
    digits = [Written(7, 30, 40, 160), Written(3, 200, 150, 50), Written(5, 260, 145, 55), Written(2, 40, 260, 40)]
    assert_found(segment_page(as_png(write(digits, 360, 340))), digits)


def test_small_digits_close_above_a_large_digit_stay_apart() -> None:
    digits = [Written(2, 40, 30, 40), Written(5, 80, 30, 40), Written(8, 50, 94, 150)]
    assert_found(segment_page(as_png(write(digits, 240, 280))), digits)


@pytest.mark.parametrize("digit", STROKES)
@pytest.mark.parametrize("make", PICTURES.values(), ids=PICTURES.keys())
def test_a_single_digit_has_one_box_and_the_image_of_preprocess(make, digit: int) -> None:
    picture = make(write([Written(digit, 120, 90, 130)], 320, 300))
    page = segment_page(picture)
    assert len(page.digits) == 1
    assert (page.digits[0].image == preprocess(picture)).all()


def with_strokes(*strokes: list[tuple[float, float]]) -> bytes:
    """A seven and, to its right, a digit of these strokes. Their points lie in a box of height 1."""
    ink = np.round(255 * write([Written(7, 40, 60, 100)], 320, 220)).astype(np.uint8)
    for stroke in strokes:
        draw_stroke(ink, [(180 + 100 * x, 60 + 100 * y) for x, y in stroke], 11)
    return as_png(ink / 255)


PIECES = {
    "a five's loose bar": [
        [(0.2, 0.0), (0.62, 0.0)],
        [(0.12, 0.17), (0.1, 0.45), (0.45, 0.5), (0.45, 0.9), (0.0, 0.98)],
    ],
    "a broken one": [[(0.1, 0.0), (0.08, 0.3)], [(0.07, 0.48), (0.05, 1.0)]],
    "an open four": [[(0.2, 0.0), (0.0, 0.55), (0.32, 0.55)], [(0.52, 0.1), (0.5, 1.0)]],
    "an eight of two rings": [[(x / 2, y / 2 + down) for x, y in STROKES[0][0]] for down in (0.0, 0.64)],
    "a one's base": [[(0.1, 0.1), (0.3, 0.0), (0.3, 0.8)], [(0.05, 1.0), (0.6, 1.0)]],
}


@pytest.mark.parametrize("strokes", PIECES.values(), ids=PIECES.keys())
def test_pieces_of_one_digit_stay_together(strokes) -> None:
    page = segment_page(with_strokes(*strokes))
    assert len(page.digits) == 2
    assert page.digits[1].box.left == pytest.approx(180, abs=12)


def test_digits_close_to_each_other_stay_apart() -> None:
    digits = [Written(1, 40, 50, 100), Written(1, 70, 50, 100), Written(0, 100, 50, 100), Written(5, 180, 50, 100)]
    assert_found(segment_page(as_png(write(digits, 300, 200))), digits)


def test_specks_dots_dashes_and_ruled_lines_are_not_digits() -> None:
    ink, digits = write_rows(["314", "159"], size=90)
    ink[20:24, 30:34] = ink[300:303, 400:403] = 1  # specks
    ink[172:184, 410:422] = 1  # a dot
    ink[130:138, 400:440] = 1  # a dash
    ink[210:213] = 1
    assert_found(segment_page(as_png(ink)), digits)


def test_grain_on_a_photograph_is_not_a_digit() -> None:
    ink, digits = write_rows(["42", "17"], size=90)
    for y, x in np.random.default_rng(1).integers(5, 300, (40, 2)):
        ink[y : y + 3, x : x + 3] = np.maximum(ink[y : y + 3, x : x + 3], 0.8)
    page = segment_page(take(ink))
    assert len(page.digits) == len(digits)


def test_paper_without_ink_is_blank() -> None:
    for picture in (as_png(np.zeros((200, 300))), take(np.zeros((300, 400)))):
        with pytest.raises(BlankDrawingError):
            segment_page(picture)


@pytest.mark.parametrize("rows", [11, 40])
def test_more_than_a_hundred_digits_are_too_many(rows: int) -> None:
    ink, _ = write_rows(["1234567890"] * 10, size=24)
    assert len(segment_page(as_png(ink)).digits) == 100
    ink, _ = write_rows(["1234567890"] * rows, size=24)
    with pytest.raises(DrawingTooLargeError, match="at most 100 digits"):
        segment_page(as_png(ink))


def test_boxes_lie_on_the_picture_as_exif_turns_it() -> None:
    ink, digits = write_rows(["2026"])
    lying = Image.fromarray((255 * (1 - ink)).astype(np.uint8)).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise to see it upright
    file = io.BytesIO()
    lying.save(file, "JPEG", quality=95, exif=exif)
    page = segment_page(file.getvalue())
    assert (page.width, page.height) == (lying.height, lying.width)
    assert_found(page, digits)


@pytest.mark.parametrize("scale", [1, 8])
def test_boxes_lie_on_a_transparent_and_on_a_large_picture(scale: int) -> None:
    ink, digits = write_rows(["2026"])
    alpha = Image.fromarray((255 * ink).astype(np.uint8)).resize((ink.shape[1] * scale, ink.shape[0] * scale))
    picture = Image.new("RGBA", alpha.size, "navy")
    picture.putalpha(alpha)
    page = segment_page(encode(picture))
    assert (page.width, page.height) == picture.size
    assert_found(page, [Written(d.digit, d.left * scale, d.top * scale, d.height * scale) for d in digits])


def test_outlines_go_around_the_ink() -> None:
    page = segment_page(as_png(write([Written(0, 40, 50, 100), Written(7, 150, 50, 100)], 280, 200)))
    ring, seven = page.digits
    assert (len(ring.outlines), len(seven.outlines)) == (2, 1)  # a ring has an inner outline too
    for digit in page.digits:
        assert all(is_within(point, digit) for outline in digit.outlines for point in outline)


def is_within(point: tuple[int, int], digit: FoundDigit) -> bool:
    box = digit.box
    return box.left - 1 <= point[0] <= box.right + 1 and box.top - 1 <= point[1] <= box.bottom + 1


def move(written: Written, right: float, down: float) -> Written:
    return Written(written.digit, written.left + right, written.top + down, written.height)


@pytest.mark.parametrize(("step", "outlines"), [(75, 1), (4, 0)])
def test_a_mesh_has_no_outlines_of_its_holes_and_a_fine_mesh_has_none(step: int, outlines: int) -> None:
    ink = np.zeros((700, 700))
    ink[50:651:step, 50:651] = ink[50:651, 50:651:step] = 1
    (digit,) = segment_page(as_png(ink)).digits
    assert len(digit.outlines) == outlines
