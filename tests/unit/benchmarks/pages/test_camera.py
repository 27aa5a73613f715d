"""Pictures of a sheet keep its ink visible, and say where each of its pixels went."""

import cv2
import numpy as np
import pytest

from benchmarks.pages.camera import Camera, move_box, photograph, scan, take_screenshot, to_two_levels
from benchmarks.pages.truth import Box

CAMERAS = pytest.mark.parametrize("camera", [take_screenshot, scan, photograph])
BOX: Box = (100, 60, 130, 90)


def make_sheet(paper: float, ink: float) -> np.ndarray:  # type: ignore[type-arg]
    """A sheet with a square of ink at BOX."""
    sheet = np.full((200, 300), paper, np.float32)
    sheet[60:90, 100:130] = ink
    return sheet


@CAMERAS
@pytest.mark.parametrize(("paper", "ink"), [(240, 10), (230, 120), (45, 210)])
def test_the_ink_is_where_the_moved_box_says(camera: Camera, paper: float, ink: float) -> None:
    for seed in range(12):
        shot = camera(make_sheet(paper, ink), np.random.default_rng(seed))
        left, top, right, bottom = move_box(BOX, shot.matrix)
        middle = shot.picture[int(top) + 6 : int(bottom) - 6, int(left) + 6 : int(right) - 6].mean()
        x, y = int(right) + 6, int((top + bottom) / 2)
        beside = shot.picture[y - 4 : y + 4, x : x + 8].mean()
        assert (middle < beside) == (ink < paper)
        assert abs(middle - beside) > 40


def test_light_writing_on_a_dark_board_stays_in_black_and_white() -> None:
    picture = to_two_levels(make_sheet(50, 170) + np.linspace(0, 20, 300, dtype=np.float32))
    assert (picture[70, 110], picture[10, 10], picture[190, 290]) == (255, 0, 0)


def test_a_box_is_moved_with_its_corners() -> None:
    turn = np.vstack([cv2.getRotationMatrix2D((0, 0), 90, 1.0), [0, 0, 1]])
    np.testing.assert_allclose(move_box((10, 20, 30, 60), turn), (20, -30, 60, -10), atol=1e-9)
