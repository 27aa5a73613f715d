"""A picture file of a page → its digits: which marks count, and in which orientation they are read."""

import cv2
import numpy as np
import pytest
from PIL import Image

from shared.recognition.errors import BlankDrawingError
from shared.recognition.page.found_page import FoundPage, find_page
from shared.recognition.page.maps import MAPS
from shared.recognition.reader_calibration import ReaderCalibration
from tests.integration.inference.conftest import encode
from tests.unit.recognition.square_reader import SURE, SquareReader, draw_squares

CALIBRATION = ReaderCalibration()
DISC = (150, 150)  # its centre


def find(page: np.ndarray, reader: SquareReader) -> FoundPage:
    return find_page(encode(Image.fromarray(page)), reader.compute_maps, CALIBRATION)


def draw_disc(*, ring: bool = False) -> np.ndarray:
    """A bright disc of 30 pixels on a dark page, with a ring around it on request."""
    page = np.zeros((340, 340), np.uint8)
    cv2.circle(page, DISC, 15, 255, -1)
    if ring:
        cv2.circle(page, DISC, 60, 255, 4)
    return page


def draw_hollow_squares(shape: tuple[int, int], squares: list[tuple[int, int, int]]) -> np.ndarray:
    """Squares (left, top, side) with lines as thin as those of digits. A full square would be taken for a shadow."""
    page = draw_squares(shape, squares)
    for left, top, side in squares:
        inner = side // 5
        page[top + inner : top + side - inner, left + inner : left + side - inner] = 0
    return page


def lefts(page: FoundPage) -> list[int]:
    return sorted(digit.mark.box.left for digit in page.digits)


def test_a_digit_that_is_much_fainter_than_the_others_is_left_out() -> None:
    page = draw_hollow_squares((400, 400), [(40, 100, 30), (200, 100, 30)])
    page[:, :100] = page[:, :100] // 5
    assert lefts(find(page, SquareReader(threshold=30))) == pytest.approx([200], abs=3)


def test_digits_with_half_the_contrast_of_the_others_are_kept() -> None:
    page = draw_hollow_squares((400, 400), [(40, 100, 30), (200, 100, 30)])
    page[:, :100] = page[:, :100] // 2
    assert lefts(find(page, SquareReader(threshold=30))) == pytest.approx([40, 200], abs=3)


def test_a_faint_digit_alone_on_its_page_is_kept() -> None:
    page = draw_hollow_squares((400, 400), [(40, 100, 30)]) // 5
    assert lefts(find(page, SquareReader(threshold=30))) == pytest.approx([40], abs=3)


def test_a_doubtful_digit_counts_if_there_is_nothing_else_on_the_page() -> None:
    (digit,) = find(draw_disc(), SquareReader(sure=-0.5)).digits
    assert digit.mark.score == CALIBRATION.digit_threshold


def test_a_doubtful_digit_with_other_things_around_it_does_not_count() -> None:
    assert find(draw_disc(ring=True), SquareReader(sure=-0.5)).digits == []


def test_what_hardly_looks_like_a_digit_does_not_count() -> None:
    assert find(draw_disc(), SquareReader(sure=-2.5)).digits == []


def test_an_empty_page_is_blank() -> None:
    with pytest.raises(BlankDrawingError):
        find(np.full((400, 400), 200, np.uint8), SquareReader())


class TurningReader(SquareReader):
    """Sees that squares are upright if the page's grey block is at its left, and upside down if it is at its right."""

    def compute_maps(self, tile: np.ndarray) -> np.ndarray:
        maps = super().compute_maps(tile)
        width = tile.shape[1]
        if tile[:, : width // 4].mean() < tile[:, -width // 4 :].mean():
            upright = maps[0] > 0
            maps[MAPS.turned.start + 1][upright] = SURE
            maps[MAPS.digit.start + 4] = maps[MAPS.digit.start + 7]  # may be a four or a seven
        return maps


def draw_page(columns: list[int], turns: int) -> np.ndarray:
    """Two rows of bright squares, and a grey block at the left, turned by quarters."""
    page = draw_hollow_squares((400, 400), [(x, y, 30) for x in columns for y in (60, 300)])
    page[100:220, :60] = 100
    return np.ascontiguousarray(np.rot90(page, turns))


@pytest.mark.parametrize("turns", [0, 2])
def test_a_page_of_several_digits_is_turned_until_they_are_certain(turns: int) -> None:
    page = find(draw_page([100, 160, 220, 280], turns), TurningReader())
    assert page.rotation == 90 * turns
    assert lefts(page) == pytest.approx([100, 100, 160, 160, 220, 220, 280, 280], abs=3)


def test_few_digits_that_could_stand_on_their_heads_are_not_turned() -> None:
    assert find(draw_page([220], 2), TurningReader()).rotation == 0


def test_faint_digits_among_many_are_print_and_stay() -> None:
    places = [(x, y, 30) for x in range(40, 440, 60) for y in range(40, 340, 60)]
    page = draw_hollow_squares((480, 480), places)
    page[:, :80] = page[:, :80] // 5
    assert len(lefts(find(page, SquareReader(threshold=30)))) == len(places)
