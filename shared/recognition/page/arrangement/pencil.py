"""Finds the direction of the lines of a page, which may be tilted and seen in perspective.

Lines that are parallel on paper meet in one point of a photograph; geometry calls them a pencil. A pencil gives each
point a position: that of the line through it. Digits of one line have nearly the same position, however the page lies.
The same code finds columns, with x and y exchanged.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MAX_TILT = 16.0  # degrees by which a page is tilted at most; more is a page on its side, which is turned before
BIN = 0.25  # digit heights: positions that are closer count as one line
MAX_BINS = 1024  # positions further apart share bins, so that an odd page needs no more memory
MAX_POINTS = 250  # of a page that show its directions
MAX_FAN = 0.25  # difference of slope between the outermost lines and the middle; a steep photograph has 0.15
TILT_COST = 0.02  # of a degree, against the logarithm of the alignment: without evidence a page is not tilted
FAN_COST = 1.0


@dataclass(frozen=True)
class Pencil:
    """Lines `across = position + (slope + fan * position) * along`, in digit heights from the middle of the page."""

    slope: float
    fan: float = 0.0

    def find_positions(self, along: Floats, across: Floats) -> Floats:
        """(N,), (N,) → (N,): where the line through each point crosses the middle."""
        return np.asarray((across - self.slope * along) / np.maximum(1 + self.fan * along, 0.1))


def find_tilt(x: Floats, y: Floats) -> float:
    """The slope of the lines through digits (N,), (N,), in digit heights; columns at right angles count a little."""
    degrees = np.arange(-MAX_TILT, MAX_TILT + 0.1, 0.5)
    slopes = np.tan(np.radians(degrees))[:, None]
    rows = _measure_alignment(y - slopes * x)
    columns = _measure_alignment(x + slopes * y)
    return float(slopes[np.argmax(rows + 0.15 * columns - TILT_COST * abs(degrees)), 0])


def fit_pencil(along: Floats, across: Floats, slope: float, reach: float) -> Pencil:
    """The pencil on whose lines the points (N,), (N,) lie closest together.

    Its slope differs by at most `reach` degrees from `slope`. The more it does, the more evidence there must be.
    """
    thinned = np.argsort(across, kind="stable")[:: max(1, len(across) // MAX_POINTS)]
    along, across = along[thinned], across[thinned]
    height = max(float(np.abs(across).max(initial=0.0)), 1e-9)
    widest = min(MAX_FAN, 0.5 * height / max(float(np.abs(along).max(initial=0.0)), 1e-9))
    found, fan = float(np.degrees(np.arctan(slope))), 0.0
    start = found
    for narrow in (1.0, 0.25):
        degrees, fans = np.meshgrid(
            found + narrow * reach * np.linspace(-1, 1, 17), fan + narrow * widest * np.linspace(-1, 1, 13)
        )
        degrees, fans = degrees.reshape(-1, 1), fans.reshape(-1, 1)
        slopes = np.tan(np.radians(degrees))
        positions = (across - slopes * along) / np.maximum(1 + fans / height * along, 0.1)
        costs = TILT_COST * abs(degrees - start) + FAN_COST * abs(fans)
        best = int(np.argmax(_measure_alignment(positions) - costs[:, 0]))
        found, fan = float(degrees[best, 0]), float(fans[best, 0])
    return Pencil(float(np.tan(np.radians(found))), fan / height)


def _measure_alignment(positions: Floats) -> Floats:
    """(K, N) → (K,): the logarithm of how many pairs of points share a line, for each of K candidates."""
    candidates, points = positions.shape
    places = positions / BIN
    lower = np.floor(places)
    share = places - lower
    first = (lower.astype(np.int64) % MAX_BINS) + MAX_BINS * np.arange(candidates)[:, None]
    second = (lower.astype(np.int64) + 1) % MAX_BINS + MAX_BINS * np.arange(candidates)[:, None]
    size = candidates * MAX_BINS
    counts = np.bincount(first.ravel(), (1 - share).ravel(), size) + np.bincount(second.ravel(), share.ravel(), size)
    counts = counts.reshape(candidates, MAX_BINS)
    pairs = (counts * (counts + np.roll(counts, 1, axis=1))).sum(axis=1)
    return np.asarray(np.log(pairs / max(points, 1) + 2))
