"""Positions of the rows or columns of a grid → their numbers, with gaps where a row or column is empty.

The cells of a grid have one size. In perspective the size grows from one side to the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.recognition.page.arrangement.page_digits import PageDigits
from shared.recognition.page.arrangement.pencil import Floats

LEAST_STEPS = 2  # to tell a regular distance
OFF_STEP = 0.28  # share of a cell by which a distance may differ from a whole number of cells
NEAR_SHORTEST = 1.4  # times the shortest distance: these are distances of one cell
SQUARE = (0.75, 1.33)  # width / height of a cell
DENSE_SHARE = 0.9  # least share of the digits that stand under others


@dataclass(frozen=True)
class Evidence:
    """What shows a grid: the least number of digits, the least distance of two in their heights, and `off`.

    That is the root mean square by which distances differ from whole cells, as a share of a cell; 0.29 if they are
    random.
    """

    digits: int
    pitch: float
    off: float


TWO_LINES, MORE_LINES = Evidence(6, 1.3, 0.12), Evidence(12, 1.05, 0.2)


def number_places(positions: Sequence[float]) -> list[int] | None:
    """Ascending positions of rows or columns → their numbers from 0. None if the distances are not regular."""
    steps = np.diff(positions)
    if len(steps) < LEAST_STEPS or steps.min() <= 0:
        return None
    is_one = steps < NEAR_SHORTEST * steps.min()
    middles = (np.asarray(positions)[:-1] + np.asarray(positions)[1:]) / 2
    cell = np.full(len(steps), float(np.median(steps[is_one])))
    if is_one.sum() >= 4:  # enough to see perspective
        slope, level = np.polyfit(middles[is_one], steps[is_one], 1)
        cell = np.maximum(level + slope * middles, 0.5 * cell)
    counts = np.maximum(np.round(steps / cell), 1)
    if (abs(steps / cell - counts) > OFF_STEP * counts).any():
        return None
    return [0, *np.cumsum(counts).astype(int).tolist()]


def is_dense_grid(digits: PageDigits, lines: Sequence[Sequence[int]], positions: Floats, columns: Floats) -> bool:
    """Whether single digits fill the square cells of a grid, so that their gaps look like those inside a number.

    `positions` and `columns` (N,) are those in the pencils of lines and of columns.
    """
    evidence = TWO_LINES if len(lines) == 2 else MORE_LINES
    if len(digits.x) < evidence.digits or len(lines) < 2:
        return False
    across = np.concatenate([np.diff(columns[line]) for line in lines])
    down = float(np.median(np.diff([positions[line].mean() for line in lines])))
    if len(across) < len(lines) or across.min() <= 0:
        return False
    pitch = float(np.median(across[across < NEAR_SHORTEST * np.quantile(across, 0.1)]))
    steps = across / pitch
    off = np.sqrt(np.mean((steps - np.round(steps)) ** 2))
    if pitch < evidence.pitch or not SQUARE[0] < pitch / down < SQUARE[1] or off > evidence.off:
        return False
    return _share_of_aligned(columns, pitch) >= DENSE_SHARE


def _share_of_aligned(columns: Floats, pitch: float) -> float:
    """The share of digits within a quarter of a cell of the middle of a column of at least two digits."""
    ordered = np.sort(columns)
    starts = np.flatnonzero(np.diff(ordered, prepend=-np.inf) > pitch / 3)
    clusters = np.split(ordered, starts[1:])
    aligned = sum(int((abs(each - np.median(each)) < pitch / 4).sum()) for each in clusters if len(each) > 1)
    return aligned / len(columns)
