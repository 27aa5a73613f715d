"""The work for a picture is bounded, whatever is drawn on it."""

import contextlib

import numpy as np
import pytest

from shared.recognition.cutout import Grey
from shared.recognition.errors import BlankDrawingError, DrawingTooLargeError
from shared.recognition.page.cutting import cut_digit
from shared.recognition.page.detection import MOST_TILES, PageMaps, find_marks
from shared.recognition.page.found_page import MAX_POINTS
from shared.recognition.page.maps import CHANNELS, STRIDE
from shared.recognition.page.pixel_box import PixelBox
from shared.recognition.preprocessing import preprocess
from tests.shipped_reader import read_page
from tests.worst_pictures import inks
from tests.worst_pictures.files import encode
from tests.worst_pictures.pictures import draw_opaque, draw_transparent, make_inks, opacity, random_levels

SHAPES = make_inks(300)
MOST_COPIES = 5  # that are always looked at


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("draw", [draw_opaque, draw_transparent])
def test_the_outlines_of_a_digit_have_few_points(name: str, draw) -> None:
    with contextlib.suppress(BlankDrawingError, DrawingTooLargeError):
        for digit in read_page(draw(SHAPES[name])).digits:
            assert sum(map(len, digit.outlines)) <= MAX_POINTS


@pytest.mark.parametrize("make", [lambda: inks.checkerboard(240, 4), lambda: inks.combs(240, 1)])
def test_ink_with_absurd_outlines_is_cut_out_without_them(make) -> None:
    cut = cut_digit(255 - make(), PixelBox(0, 0, 240, 240), dark_ink=True)
    assert cut is not None
    assert cut.outlines == []


def test_however_much_seems_to_be_on_a_page_the_network_looks_at_few_copies_of_it() -> None:
    seen: list[tuple[int, int]] = []

    def compute_maps(page: Grey) -> PageMaps:
        """Digits that are too small everywhere, so that the largest copies are looked at."""
        seen.append(page.shape)
        return np.full((CHANNELS, page.shape[0] // STRIDE, page.shape[1] // STRIDE), 9, np.float32)

    find_marks(np.zeros((2048, 2048), np.uint8), compute_maps)
    assert len(seen) <= MOST_COPIES + MOST_TILES
    assert max(map(max, seen)) <= 640


def test_a_drawing_of_very_many_specks_is_too_large() -> None:
    with pytest.raises(DrawingTooLargeError, match="specks"):
        preprocess(draw_opaque(lambda: inks.grid_of_dots(1280, 3)))


@pytest.mark.parametrize("shape", [(2000, 2), (2, 2000), (20, 16384), (16384, 20), (1, 16384), (3, 700)])
@pytest.mark.parametrize("read", [preprocess, read_page])
def test_a_thin_noisy_picture_is_blank_or_read(read, shape: tuple[int, int]) -> None:
    noise = random_levels(*shape)
    for picture in (noise, opacity(noise), np.dstack([noise] * 3)):
        with contextlib.suppress(BlankDrawingError):
            read(encode(picture))
