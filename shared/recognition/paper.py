"""Grey levels → how far each pixel departs from the paper towards the ink, and how noisy the paper is.

Paper is the commonest level where it is flat (a canvas, a scan), the level along the border where the ink covers so
much that either could be the paper, and a smooth surface where neither is flat. Photographs have their own module.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.cutout import Counts, Cutout, Grey
from shared.recognition.departure import Departure, FlatDeparture, Levels
from shared.recognition.photograph import WORK_SIDE, even_out

LEVELS = np.arange(256)
DIFFERENCES = np.arange(-255, 256)  # of two levels
CUBES = DIFFERENCES**3
NORMAL = 1.4826  # standard deviation over median distance, of a normal distribution
FLAT_TOLERANCE = 6  # levels: what JPEG makes of one flat level
FLAT_SHARE = 0.4  # of the pixels within the tolerance of the commonest level
HEAVY_SHARE = 0.15  # of the pixels within the tolerance of a second level: ink that could be taken for the paper
FRAME_SHARE = 0.97  # of the border; what covers all of it is a frame and not the paper
EXACT_SHARE = 0.5  # of what is within the tolerance lies on the very level, unless a camera added noise
SHADE_DEPTH = 24  # levels: shading is at most so far from the level of the paper
SHADE_SLOPE = 2.0  # levels a pixel; the soft edge of a line is steeper
SHADE_SHARE = 0.1  # of the pixels
FIT_SIDE = 64  # pixels; a surface is fitted to a picture reduced to this


@dataclass(frozen=True)
class FlatLevel:
    """A level, the share of the picture that lies on it, and the share within the tolerance of it."""

    level: int
    exact: float
    share: float


def depart_from_paper(grey: Cutout, work_side: int = WORK_SIDE) -> Departure | FlatDeparture:
    """Grey levels, ink and paper of any polarity. A photograph is reduced to `work_side`."""
    counts = grey.count_levels()
    first, second = _find_flat_levels(counts)
    if _is_photograph(grey, counts, first, second):
        levels = even_out(grey.fill(), work_side)
        return Departure(levels, _measure_noise(-levels[levels < 0]), photographed=True)
    if second.share >= HEAVY_SHARE and first.share + second.share >= 0.5:
        paper, ink = (second, first) if _borders(grey.fill(), first, second) else (first, second)
        return _from_flat_paper(grey, counts, paper.level, sign=1 if ink.level > paper.level else -1)
    if first.share >= FLAT_SHARE:
        return _from_flat_paper(grey, counts, first.level)
    return _from_smooth_paper(grey.fill())


def _is_photograph(grey: Cutout, counts: Counts, first: FlatLevel, second: FlatLevel) -> bool:
    """Whether the commonest level is noisy, or shaded: some lies near the levels, neither on them nor on an edge."""
    if first.exact < EXACT_SHARE * first.share:
        return True
    if first.share + second.share > 1 - SHADE_SHARE:  # too little is left
        return False
    nearest = np.minimum(np.abs(LEVELS - first.level), np.abs(LEVELS - second.level))
    near = (nearest > FLAT_TOLERANCE) & (nearest <= SHADE_DEPTH)
    if counts[near].sum() < SHADE_SHARE * counts.sum():
        return False
    whole = grey.fill()
    slope = np.hypot(cv2.Sobel(whole, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(whole, cv2.CV_32F, 0, 1, scale=1 / 8))
    return bool((near[whole] & (slope < SHADE_SLOPE)).mean() >= SHADE_SHARE)


def _measure_noise(distance: NDArray[np.number]) -> float:
    """The standard deviation, from the median, which the ink does not move."""
    return NORMAL * float(np.median(distance)) if distance.size else 0.0


def _from_flat_paper(grey: Cutout, counts: Counts, paper: int, sign: int | None = None) -> FlatDeparture:
    """`sign`: +1 where ink is lighter than paper, −1 where darker; else what departs more strongly is ink."""
    levels = slice(255 - paper, 511 - paper)  # of the differences
    noise = _measure_flat_noise(counts, paper)
    if sign is None:
        beyond = counts.copy()
        beyond[_near(paper, int(2 * noise))] = 0
        sign = 1 if beyond @ CUBES[levels] >= 0 else -1  # however small the area
    return FlatDeparture(grey, counts, (sign * DIFFERENCES[levels]).astype(np.float32), noise)


def _measure_flat_noise(counts: Counts, paper: int) -> float:
    near = _near(paper, FLAT_TOLERANCE)
    if 2 * counts[paper] > counts[near].sum():
        return 0.0  # the median of the distances
    return _measure_noise(np.repeat(np.abs(LEVELS[near] - paper), counts[near]))


def _from_smooth_paper(grey: Grey) -> Departure:
    difference = grey.astype(np.float32) - _fit_surface(grey)
    noise = _measure_noise(np.abs(difference))
    beyond = difference[np.abs(difference) > 2 * noise].astype(np.float64)
    cubed = float((beyond * beyond * beyond).sum())  # «** 3» takes ten times as long
    return Departure(difference if cubed >= 0 else -difference, noise, photographed=False)


def _find_flat_levels(counts: Counts) -> tuple[FlatLevel, FlatLevel]:
    """The commonest level, and the commonest that is clearly another."""
    pixels = int(counts.sum())

    def commonest(among: Counts) -> FlatLevel:
        level = int(among.argmax())
        return FlatLevel(level, among[level] / pixels, among[_near(level, FLAT_TOLERANCE)].sum() / pixels)

    first = commonest(counts)
    others = counts.copy()
    others[_near(first.level, 4 * FLAT_TOLERANCE)] = 0
    return first, commonest(others)


def _near(level: int, tolerance: int) -> slice:
    """The levels within the tolerance."""
    return slice(max(0, level - tolerance), level + tolerance + 1)


def _borders(grey: Grey, first: FlatLevel, second: FlatLevel) -> bool:
    """Whether the second level has more of the border than the first, without being a frame."""
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]).astype(np.int16)
    share = {level: float((np.abs(border - level.level) <= FLAT_TOLERANCE).mean()) for level in (first, second)}
    return share[first] < share[second] < FRAME_SHARE


def _fit_surface(grey: Grey) -> Levels:
    """A cubic surface through the paper: least squares that lose interest in what lies far off (Tukey's biweight)."""
    height, width = grey.shape
    small = cv2.resize(grey, (min(FIT_SIDE, width), min(FIT_SIDE, height)), interpolation=cv2.INTER_AREA)
    levels = small.astype(np.float64).ravel()
    terms = _surface_terms(*small.shape)
    weight = np.ones_like(levels)
    for _ in range(8):
        root = np.sqrt(weight)
        coefficients = np.linalg.lstsq(terms * root[:, None], levels * root, rcond=None)[0]
        residual = levels - terms @ coefficients
        scale = max(1.0, NORMAL * float(np.median(np.abs(residual))))
        weight = np.clip(1 - (residual / (4.685 * scale)) ** 2, 0, None) ** 2
    surface = (terms @ coefficients).reshape(small.shape).astype(np.float32)
    return np.asarray(cv2.resize(surface, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _surface_terms(height: int, width: int) -> NDArray[np.float64]:
    """(height·width, 10): the monomials up to the third degree."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    powers = [(i, j) for i in range(4) for j in range(4 - i)]
    return np.stack([(x**i * y**j).ravel() for i, j in powers], axis=1)
