"""Tests of changing the line width of digits: loops stay open and lines stay connected."""

import cv2
import numpy as np
import pytest

from shared.recognition.preprocessing import Image, measure_line_width
from training.rendering.line_width import (
    DIGIT_PX,
    INK_THRESHOLD,
    change_line_width,
    count_background_regions,
    count_regions,
    measure_distance_field,
)


def draw_ring(line_px: float, hole: int = 0) -> Image:
    """Draw a zero 20 pixels high with lines `line_px` wide; `hole` is the level inside it."""
    large = np.zeros((280, 280), np.uint8)
    radii = (70 - round(5 * line_px), 100 - round(5 * line_px))
    cv2.ellipse(large, (140, 140), radii, 0, 0, 360, hole, -1)
    cv2.ellipse(large, (140, 140), radii, 0, 0, 360, 255, round(10 * line_px))
    return np.asarray(cv2.resize(large, (28, 28), interpolation=cv2.INTER_AREA))


def width_of(field: np.ndarray) -> float:
    return measure_line_width((field > 0).astype(np.float32))


@pytest.mark.parametrize("width", [0.03, 0.07, 0.13, 0.2])
def test_lines_get_the_requested_width_and_the_loop_stays_open(width: float) -> None:
    changed = change_line_width(measure_distance_field(draw_ring(2.4)), width * DIGIT_PX)
    assert width_of(changed) == pytest.approx(width * DIGIT_PX, rel=0.35)
    assert count_background_regions(changed) == 2


def test_a_nearly_filled_loop_is_open_after_thinning() -> None:
    grey = draw_ring(3.8, hole=140)
    assert count_background_regions(grey / np.float32(255) - INK_THRESHOLD) == 1
    assert count_background_regions(change_line_width(measure_distance_field(grey), 0.06 * DIGIT_PX)) == 2


def test_a_blob_is_not_thinned() -> None:
    blob = np.zeros((28, 28), np.uint8)
    cv2.ellipse(blob, (14, 14), (6, 10), 0, 0, 360, 255, -1)
    field = measure_distance_field(blob)
    np.testing.assert_array_equal(change_line_width(field, 0.05 * DIGIT_PX), field)


def test_opening_a_hole_does_not_break_a_faint_line() -> None:
    grey = draw_ring(3.8, hole=140)
    grey[:, 19:] = np.minimum(grey[:, 19:], 150)
    assert count_regions((measure_distance_field(grey) > 0).astype(np.uint8)) == 1


def test_thick_lines_stop_before_a_loop_closes() -> None:
    assert count_background_regions(change_line_width(measure_distance_field(draw_ring(2.4)), 0.6 * DIGIT_PX)) == 2
