"""The work for a page is bounded, whatever is drawn on it."""

import contextlib

import numpy as np
import pytest

from shared.recognition.errors import BlankDrawingError, DrawingTooLargeError
from shared.recognition.page import segment_page
from shared.recognition.page.segmentation import MAX_POINTS
from shared.recognition.preprocessing import preprocess
from tests.worst_pictures import inks
from tests.worst_pictures.files import encode
from tests.worst_pictures.pictures import draw_opaque, draw_transparent, make_inks, opacity, random_levels

SHAPES = make_inks(300)


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("draw", [draw_opaque, draw_transparent])
def test_the_outlines_of_a_digit_have_few_points(name: str, draw) -> None:
    with contextlib.suppress(BlankDrawingError, DrawingTooLargeError):
        for digit in segment_page(draw(SHAPES[name])).digits:
            assert sum(map(len, digit.outlines)) <= MAX_POINTS


@pytest.mark.parametrize("make", [lambda: inks.checkerboard(400, 1), lambda: inks.combs(400, 1)])
def test_ink_with_absurd_outlines_is_found_without_them(make) -> None:
    (digit,) = segment_page(draw_opaque(make)).digits
    assert (digit.box.width, digit.outlines) == (pytest.approx(400, abs=2), [])


@pytest.mark.parametrize("read", [preprocess, segment_page])
def test_a_picture_of_very_many_specks_is_too_large(read) -> None:
    with pytest.raises(DrawingTooLargeError, match="specks"):
        read(draw_opaque(lambda: inks.grid_of_dots(1280, 3)))


@pytest.mark.parametrize("shape", [(2000, 2), (2, 2000), (20, 16384), (16384, 20), (1, 16384), (3, 700)])
@pytest.mark.parametrize("read", [preprocess, segment_page])
def test_a_thin_noisy_picture_is_blank_or_read(read, shape: tuple[int, int]) -> None:
    noise = random_levels(*shape)
    for picture in (noise, opacity(noise), np.dstack([noise] * 3)):
        with contextlib.suppress(BlankDrawingError):
            read(encode(picture))
