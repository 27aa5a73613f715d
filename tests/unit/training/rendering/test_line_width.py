"""A digit keeps its loops whatever its lines become."""

import cv2
import numpy as np
import pytest

from shared.recognition.preprocessing import Image, measure_line_width
from training.rendering.line_width import EDGE, SIDE, change_line_width, count_papers, count_pieces, measure_field


def draw_ring(line_px: float, hole: int = 0) -> Image:
    """A zero of 20 pixels with lines of so many; `hole` is the level within it."""
    large = np.zeros((280, 280), np.uint8)
    radii = (70 - round(5 * line_px), 100 - round(5 * line_px))
    cv2.ellipse(large, (140, 140), radii, 0, 0, 360, hole, -1)
    cv2.ellipse(large, (140, 140), radii, 0, 0, 360, 255, round(10 * line_px))
    return np.asarray(cv2.resize(large, (28, 28), interpolation=cv2.INTER_AREA))


def width_of(field: np.ndarray) -> float:
    return measure_line_width((field > 0).astype(np.float32))


@pytest.mark.parametrize("width", [0.03, 0.07, 0.13, 0.2])
def test_lines_become_as_wide_as_wanted_and_the_loop_stays(width: float) -> None:
    changed = change_line_width(measure_field(draw_ring(2.4)), width * SIDE)
    assert width_of(changed) == pytest.approx(width * SIDE, rel=0.35)
    assert count_papers(changed) == 2


def test_a_loop_that_is_nearly_filled_is_still_one_when_its_lines_are_thin() -> None:
    grey = draw_ring(3.8, hole=140)
    assert count_papers(grey / np.float32(255) - EDGE) == 1
    assert count_papers(change_line_width(measure_field(grey), 0.06 * SIDE)) == 2


def test_what_is_filled_is_not_thinned() -> None:
    blob = np.zeros((28, 28), np.uint8)
    cv2.ellipse(blob, (14, 14), (6, 10), 0, 0, 360, 255, -1)
    field = measure_field(blob)
    np.testing.assert_array_equal(change_line_width(field, 0.05 * SIDE), field)


def test_a_faint_line_does_not_break_for_the_sake_of_a_hole() -> None:
    grey = draw_ring(3.8, hole=140)
    grey[:, 19:] = np.minimum(grey[:, 19:], 150)
    assert count_pieces((measure_field(grey) > 0).astype(np.uint8)) == 1


def test_thick_lines_stop_before_a_loop_closes() -> None:
    assert count_papers(change_line_width(measure_field(draw_ring(2.4)), 0.6 * SIDE)) == 2
