"""The pages of the fairness benchmark have as many separate parts as their names say."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from benchmarks.fairness.pictures import Grey, draw_checkerboard, draw_combs, draw_frames, encode_png


def count_ink(grey: Grey) -> int:
    """Connected regions of ink. Pixels that touch at a corner are not connected."""
    return cv2.connectedComponents((grey == 0).astype(np.uint8), connectivity=4)[0] - 1


@pytest.mark.parametrize("cell", [1, 2, 4])
def test_every_second_square_of_a_checkerboard_is_ink(cell: int) -> None:
    assert count_ink(draw_checkerboard(cell, side=64)) == (64 // cell) ** 2 // 2


@pytest.mark.parametrize("draw", [draw_frames, draw_combs])
def test_a_hundred_digits_are_separate_and_the_first_is_as_large_as_the_page(draw: object) -> None:
    assert callable(draw)
    grey = draw()
    assert count_ink(grey) == 100
    ink = np.argwhere(grey == 0)
    assert (ink.max(0) - ink.min(0) > 1270).all()


def test_a_page_is_the_same_after_encoding() -> None:
    grey = draw_checkerboard(4, side=64)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(encode_png(grey)))), grey)
