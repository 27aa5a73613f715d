"""Marks on a page → what the reader's maps should show there."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.recognition.page.maps import SEPARATORS, STRIDE
from training.rendering.pages.sheet import DIGITS, IGNORED, Mark

SMALLEST_PX, LARGEST_PX = 11.0, 46.0  # height of a digit that must be found
TINY_PX, HUGE_PX = 9.0, 54.0  # height of a digit that must not be found on this copy of the page
PEAK_SHARE = 0.13  # standard deviation of a peak / size of the digit
LEAST_PEAK = 0.45  # cells
REACH = 1.3  # cells around the centre in which the sign, the place and the size are learned
VISIBLE_SHARE = 0.75  # of a digit's box on the picture; with less nothing is learned there

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Targets:
    """For one picture, with cells h×w. All float32.

    `heat` (6, h, w): digits, separators, digits turned by 90, 180 and 270 degrees, small digits; 1 at a centre.
    `weight` (6, h, w): 0 where nothing is learned. `taught` (h, w): weight of sign, place and size.
    `sign` (h, w): 0..9 a digit, 10..14 a separator. `place` (4, h, w): as the network's last channels.
    """

    heat: Floats
    weight: Floats
    taught: Floats
    sign: NDArray[np.int64]
    place: Floats


def make_targets(marks: Sequence[Mark], size: tuple[int, int], turn: int) -> Targets:
    """Targets for a picture of `size` (height, width) that was turned by `turn` quarter turns anticlockwise."""
    height, width = size[0] // STRIDE, size[1] // STRIDE
    heat, weight = np.zeros((6, height, width), np.float32), np.ones((6, height, width), np.float32)
    taught, place = np.zeros((height, width), np.float32), np.zeros((4, height, width), np.float32)
    sign = np.zeros((height, width), np.int64)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) + 0.5  # middles of the cells, in cells
    for mark in marks:
        left, top, right, bottom = (value / STRIDE for value in mark.box)
        cells = np.s_[max(0, int(top) - 3) : int(bottom) + 4, max(0, int(left) - 3) : int(right) + 4]
        if mark.sign == IGNORED or not _is_visible(mark, size):
            weight[:, max(0, int(top)) : int(bottom) + 1, max(0, int(left)) : int(right) + 1] = 0
            continue
        dx, dy = x[cells] - (left + right) / 2, y[cells] - (top + bottom) / 2
        long_side = max(mark.box[3] - mark.box[1], mark.box[2] - mark.box[0]) if turn % 2 else mark.height
        peak = _make_peak(dx, dy, right - left, bottom - top)
        if mark.sign in SEPARATORS:
            if turn or min(right - left, bottom - top) * STRIDE < 0.5:
                weight[1][cells] *= peak < 0.1
                continue
            np.maximum(heat[1][cells], peak, out=heat[1][cells])
            _teach(
                np.s_[cells],
                10 + SEPARATORS.index(mark.sign),
                dx,
                dy,
                (right - left, bottom - top),
                taught,
                sign,
                place,
            )
            continue
        if long_side < SMALLEST_PX:
            if long_side < TINY_PX:
                np.maximum(heat[5][cells], (peak > 0.05).astype(np.float32), out=heat[5][cells])
            else:
                weight[5][cells] = 0
            weight[:5, cells[0], cells[1]] *= (peak < 0.05)[None]
            continue
        if long_side > LARGEST_PX:
            if long_side < HUGE_PX:
                weight[:5, cells[0], cells[1]] *= (peak < 0.1)[None]
            continue
        if long_side < 1.5 * SMALLEST_PX:
            weight[5][cells] = 0
        channel = 1 + turn if turn else 0
        np.maximum(heat[channel][cells], peak, out=heat[channel][cells])
        if turn:
            weight[0][cells] *= peak < 0.1
            continue
        if mark.sign in "0189":  # they look alike when they are turned
            weight[2:5, cells[0], cells[1]] *= (peak < 0.1)[None]
        _teach(cells, DIGITS.index(mark.sign), dx, dy, (right - left, bottom - top), taught, sign, place)
    return Targets(heat, weight, taught, sign, place)


def _is_visible(mark: Mark, size: tuple[int, int]) -> bool:
    """Whether most of it is on the picture."""
    left, top, right, bottom = mark.box
    inside = max(0.0, min(right, size[1]) - max(left, 0)) * max(0.0, min(bottom, size[0]) - max(top, 0))
    return inside >= VISIBLE_SHARE * (right - left) * (bottom - top)


def _make_peak(dx: Floats, dy: Floats, width: float, height: float) -> Floats:
    """1 in the cell with the centre, and a Gaussian around it."""
    sx, sy = max(LEAST_PEAK, PEAK_SHARE * width), max(LEAST_PEAK, PEAK_SHARE * height)
    peak = np.exp(-(dx**2) / (2 * sx**2) - dy**2 / (2 * sy**2))
    peak[(np.abs(dx) <= 0.5) & (np.abs(dy) <= 0.5)] = 1
    return np.asarray(peak, np.float32)


def _teach(
    cells: tuple[slice, slice],
    sign: int,
    dx: Floats,
    dy: Floats,
    size: tuple[float, float],
    taught: Floats,
    signs: NDArray[np.int64],
    place: Floats,
) -> None:
    """Set sign, place and size in the cells near the centre, unless another mark's centre is nearer."""
    near = np.clip(1.2 - np.hypot(dx, dy) / REACH, 0, 1) * (np.hypot(dx, dy) < REACH)
    better = near > taught[cells]
    taught[cells][better] = near[better]
    signs[cells][better] = sign
    logs = np.log(np.maximum(1.0, np.array(size) * STRIDE))
    for channel, values in enumerate((-dx, -dy, np.full_like(dx, logs[0]), np.full_like(dx, logs[1]))):
        place[channel][cells][better] = values[better]
