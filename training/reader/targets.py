"""Marks on a page → what the reader's maps should show there.

A peak stands in the cell of each centre. Around it the network learns which sign it is, where its middle is and how
large it is. Where nobody can say what is right, nothing is learned: the weight is 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from shared.recognition.page.maps import MAPS, SEPARATORS, STRIDE
from training.rendering.pages.sheet import DIGITS, IGNORED, Box, Mark

HEATS = 6  # maps of centres: digits, separators, digits turned by 90, 180 and 270 degrees, small digits
DIGIT, SEPARATOR, SMALL = 0, 1, 5
SMALLEST_PX, LARGEST_PX = 11.0, 46.0  # height of a digit that must be found
TINY_PX, HUGE_PX = 9.0, 54.0  # height of a digit that must not be found on this copy of the page
THINNEST_PX = 0.5  # shorter side of a separator that must be found
PEAK_SHARE = 0.13  # standard deviation of a peak / size of the digit
LEAST_PEAK = 0.45  # cells
REACH = 1.3  # cells around the centre in which the sign, the place and the size are learned
VISIBLE_SHARE = 0.75  # of a digit's box on the picture; with less nothing is learned there
AROUND = 3  # cells around a box that its peak may reach
SYMMETRIC = "01689"  # digits that may look like a digit when they are turned

Floats = NDArray[np.float32]
Cells = tuple[slice, slice]


@dataclass(frozen=True)
class Targets:
    """For one picture, with cells h×w. All float32 but `sign`, which is int64.

    `heat` (6, h, w): 1 at a centre. `weight` (6, h, w): 0 where nothing is learned. `taught` (h, w): weight of sign,
    place and size. `sign` (h, w): 0..9 a digit, 10..14 a separator. `place` (4, h, w): as the network's last channels.
    """

    heat: Floats
    weight: Floats
    taught: Floats
    sign: NDArray[np.int64]
    place: Floats


@dataclass(frozen=True)
class Spot:
    """A mark in the maps: the cells around it, and their distance from its centre, in cells, and its peak there."""

    cells: Cells
    dx: Floats
    dy: Floats
    size: tuple[float, float]  # width and height in cells
    peak: Floats


def make_targets(marks: Sequence[Mark], size: tuple[int, int], turn: int) -> Targets:
    """Targets for a picture of `size` (height, width) that was turned by `turn` quarter turns anticlockwise."""
    targets = _make_empty(size[0] // STRIDE, size[1] // STRIDE)
    for mark in marks:
        if mark.sign == IGNORED or not is_visible(mark, size):
            _ignore(targets, mark.box)
        elif mark.sign in SEPARATORS:
            _add_separator(targets, mark, turn)
        else:
            _add_digit(targets, mark, turn)
    return targets


def is_visible(mark: Mark, size: tuple[int, int]) -> bool:
    """Whether most of the mark is on a picture of that size."""
    left, top, right, bottom = mark.box
    inside = max(0.0, min(right, size[1]) - max(left, 0)) * max(0.0, min(bottom, size[0]) - max(top, 0))
    return inside >= VISIBLE_SHARE * (right - left) * (bottom - top)


def _make_empty(height: int, width: int) -> Targets:
    return Targets(
        heat=np.zeros((HEATS, height, width), np.float32),
        weight=np.ones((HEATS, height, width), np.float32),
        taught=np.zeros((height, width), np.float32),
        sign=np.zeros((height, width), np.int64),
        place=np.zeros((4, height, width), np.float32),
    )


def _ignore(targets: Targets, box: Box) -> None:
    """Learn nothing where the box is."""
    left, top, right, bottom = (value / STRIDE for value in box)
    targets.weight[:, max(0, int(top)) : int(bottom) + 1, max(0, int(left)) : int(right) + 1] = 0


def _add_separator(targets: Targets, mark: Mark, turn: int) -> None:
    """A separator to find. Those of turned pages, and those thinner than a pen, count neither way."""
    spot = _find_spot(mark, targets.taught.shape)
    if turn or min(spot.size) * STRIDE < THINNEST_PX:
        targets.weight[SEPARATOR][spot.cells] *= spot.peak < 0.1
        return
    _raise_heat(targets, SEPARATOR, spot)
    _teach(targets, spot, len(DIGITS) + SEPARATORS.index(mark.sign))


def _add_digit(targets: Targets, mark: Mark, turn: int) -> None:
    """A digit to find, if it has the right size for this copy of the page."""
    spot = _find_spot(mark, targets.taught.shape)
    height = max(mark.height, mark.box[2] - mark.box[0]) if turn % 2 else mark.height
    if height < SMALLEST_PX:
        _add_small_digit(targets, spot, height)
        return
    if height > LARGEST_PX:
        if height < HUGE_PX:
            _forget_centres(targets, spot, 0.1)
        return
    if height < 1.5 * SMALLEST_PX:
        targets.weight[SMALL][spot.cells] = 0
    if turn:
        _raise_heat(targets, MAPS.turned.start + turn - 1, spot)
        if mark.sign in SYMMETRIC:
            targets.weight[DIGIT][spot.cells] *= spot.peak < 0.1
        return
    _raise_heat(targets, DIGIT, spot)
    if mark.sign in SYMMETRIC:
        targets.weight[MAPS.turned, *spot.cells] *= (spot.peak < 0.1)[None]
    _teach(targets, spot, DIGITS.index(mark.sign))


def _add_small_digit(targets: Targets, spot: Spot, height: float) -> None:
    """A digit that a larger copy shows better. Its whole area is marked."""
    if height < TINY_PX:
        area = (spot.peak > 0.05).astype(np.float32)
        np.maximum(targets.heat[SMALL][spot.cells], area, out=targets.heat[SMALL][spot.cells])
    else:
        targets.weight[SMALL][spot.cells] = 0
    _forget_centres(targets, spot, 0.05)


def _forget_centres(targets: Targets, spot: Spot, peak: float) -> None:
    """Learn no centres where the spot's peak is higher than that."""
    targets.weight[:SMALL, *spot.cells] *= (spot.peak < peak)[None]


def _raise_heat(targets: Targets, channel: int, spot: Spot) -> None:
    here = targets.heat[channel][spot.cells]
    np.maximum(here, spot.peak, out=here)


@lru_cache(maxsize=16)
def _find_middles(height: int, width: int) -> tuple[Floats, Floats]:
    """The middles of the cells: their y and x, in cells."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) + 0.5
    return y, x


def _find_spot(mark: Mark, shape: tuple[int, ...]) -> Spot:
    left, top, right, bottom = (value / STRIDE for value in mark.box)
    cells = (
        slice(max(0, int(top) - AROUND), int(bottom) + AROUND + 1),
        slice(max(0, int(left) - AROUND), int(right) + AROUND + 1),
    )
    y, x = _find_middles(shape[0], shape[1])
    dx, dy = x[cells] - (left + right) / 2, y[cells] - (top + bottom) / 2
    return Spot(cells, dx, dy, (right - left, bottom - top), _make_peak(dx, dy, right - left, bottom - top))


def _make_peak(dx: Floats, dy: Floats, width: float, height: float) -> Floats:
    """1 in the cell with the centre, and a Gaussian around it."""
    sx, sy = max(LEAST_PEAK, PEAK_SHARE * width), max(LEAST_PEAK, PEAK_SHARE * height)
    peak = np.exp(-(dx**2) / (2 * sx**2) - dy**2 / (2 * sy**2))
    peak[(np.abs(dx) <= 0.5) & (np.abs(dy) <= 0.5)] = 1
    return np.asarray(peak, np.float32)


def _teach(targets: Targets, spot: Spot, sign: int) -> None:
    """Set sign, place and size in the cells near the centre, unless another mark's centre is nearer."""
    distance = np.hypot(spot.dx, spot.dy)
    near = np.clip(1.2 - distance / REACH, 0, 1) * (distance < REACH)
    better = near > targets.taught[spot.cells]
    targets.taught[spot.cells][better] = near[better]
    targets.sign[spot.cells][better] = sign
    logs = np.log(np.maximum(1.0, np.array(spot.size) * STRIDE))  # of pixels
    for channel, values in enumerate((-spot.dx, -spot.dy)):
        targets.place[channel][spot.cells][better] = values[better]
    for channel, value in enumerate(logs, start=2):
        targets.place[channel][spot.cells][better] = value
