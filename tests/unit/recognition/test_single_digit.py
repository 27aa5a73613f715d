"""The one digit that is meant on a picture, chosen from the marks of the network. Maps are made by hand."""

import numpy as np
import pytest

from shared.recognition.page.detection import BORDER
from shared.recognition.page.single_digit import SingleDigit, find_single_digit
from shared.recognition.preprocessing import centre_ink
from shared.recognition.reader_calibration import ReaderCalibration
from tests.kinds.hand import HANDS, Sheet
from tests.unit.recognition.square_reader import make_maps, put_digit

SIDE = 320  # pixels: pictures are reduced to it
BORDERED = SIDE + 2 * BORDER


def find(digits: list[tuple[float, float, float, float, float]]) -> SingleDigit | None:
    """What is found beside an eight and a spot if the network sees digits: x, y, width, height (pixels), logit."""
    sheet = Sheet(SIDE, SIDE)
    sheet.write("8", 130, 110, 100, HANDS[0])
    sheet.draw([[(40, 40), (60, 60)]], (0, 0, 0), 4)
    maps = make_maps(BORDERED, BORDERED)
    for x, y, width, height, logit in digits:
        put_digit(maps, x + BORDER, y + BORDER, width, height, logit)

    def compute_maps(tile: np.ndarray) -> np.ndarray:
        return maps if tile.shape == (BORDERED, BORDERED) else make_maps(*tile.shape)

    return find_single_digit(np.ascontiguousarray(sheet.pixels[..., 0]), compute_maps, ReaderCalibration())


EIGHT = (160, 160, 66, 104)
SPOT = (50, 50, 24, 24)


def test_the_only_digit_is_found_with_the_image_of_its_own_ink() -> None:
    found = find([(*EIGHT, 3.0)])
    assert found is not None
    assert found.mark.sign == "7"  # what the maps say, whatever is drawn
    clean = Sheet(SIDE, SIDE)
    clean.write("8", 130, 110, 100, HANDS[0])
    ink = (255 - clean.pixels[..., 0]).astype(np.float32) / 235
    assert np.abs(found.image.astype(int) - centre_ink(ink)).mean() < 4


def test_a_much_smaller_digit_beside_it_is_not_meant() -> None:
    found = find([(*EIGHT, 3.0), (*SPOT, 3.5)])
    assert found is not None
    assert found.mark.box.height == pytest.approx(104, abs=2)


def test_of_two_digits_of_about_the_same_size_none_is_meant() -> None:
    assert find([(*EIGHT, 3.0), (50, 160, 60, 80, 3.0)]) is None


def test_a_large_thing_that_looks_less_like_a_digit_does_not_count() -> None:
    found = find([(*EIGHT, 3.0), (50, 160, 40, 300, 0.2)])
    assert found is not None
    assert found.mark.box.height == pytest.approx(104, abs=2)


def test_marks_below_the_threshold_do_not_count() -> None:
    assert find([(*EIGHT, -0.2)]) is None


def test_a_digit_without_ink_in_its_box_is_none() -> None:
    assert find([(280, 280, 30, 40, 3.0)]) is None
