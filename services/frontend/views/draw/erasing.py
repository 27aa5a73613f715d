"""What the eraser leaves of lines: the pieces whose middle it did not touch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SPACING = 3.0  # pixels between the points that are looked at

Points = NDArray[np.float64]  # (N, 2), x and y


@dataclass(frozen=True)
class Line:
    """Points from the beginning to the end of a stroke, and its width, in pixels of the canvas."""

    points: Sequence[tuple[float, float]]
    width: float


def find_left_over(lines: Sequence[Line], eraser: Line) -> list[Line]:
    """The pieces of the lines after a stroke of the eraser."""
    track = _fill_gaps(eraser)
    return [piece for line in lines for piece in _erase(line, track, eraser.width / 2)]


def _erase(line: Line, track: Points, reach: float) -> list[Line]:
    points = _fill_gaps(line)
    distances = np.linalg.norm(points[:, None] - track[None], axis=2).min(axis=1)
    is_left = distances >= reach
    if is_left.all():
        return [line]
    ends = np.flatnonzero(np.diff(is_left)) + 1
    runs = zip(np.split(points, ends), np.split(is_left, ends), strict=True)
    return [Line([(float(x), float(y)) for x, y in run], line.width) for run, left in runs if left[0]]


def _fill_gaps(line: Line) -> Points:
    """The points with further ones between those that are far apart."""
    points = np.asarray(line.points, float)
    steps = np.maximum(1, np.ceil(np.linalg.norm(np.diff(points, axis=0), axis=1) / SPACING).astype(int))
    pieces = [
        start + (end - start) * np.arange(count)[:, None] / count
        for start, end, count in zip(points[:-1], points[1:], steps, strict=True)
    ]
    return np.concatenate([*pieces, points[-1:]])
