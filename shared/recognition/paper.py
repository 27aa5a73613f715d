"""Grey levels → the contrast of each pixel to the paper, positive on the ink, and the noise of the paper.

On a canvas or a scan the paper is flat: it has the commonest level. If the ink covers so much that it could be the
paper, the level along the border decides. Otherwise the paper is a smooth surface. `photograph.py` handles photographs.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.contrast import STD_PER_MEDIAN, LevelContrast, Levels, PixelContrast
from shared.recognition.cutout import Counts, Cutout, Grey
from shared.recognition.errors import TakesLongError
from shared.recognition.photograph import even_out_light

LEVELS = np.arange(256)
DIFFERENCES = np.arange(-255, 256)  # all differences of two levels
CUBES = DIFFERENCES**3
TUKEY_WIDTH = 4.685  # standard deviations; beyond them the biweight is 0. The usual choice, 95 % efficient

# Set by hand; tests/unit/recognition/test_preprocessing.py and test_photograph.py check them on pictures of each kind.
FLAT_TOLERANCE = 6  # grey levels by which JPEG spreads a single flat level
FLAT_SHARE = 0.4  # least share of pixels within the tolerance of the commonest level on flat paper
HEAVY_SHARE = 0.15  # share of pixels near a second level; ink that covers this much could be taken for the paper
FRAME_SHARE = 0.97  # share of the border; a level that covers more of it is a frame, not the paper
QUICK_SHARE = 0.7  # least share of pixels within the tolerance of two levels; a canvas of thick strokes has 0.9
EXACT_SHARE = 0.5  # least share of the pixels within the tolerance that have the exact level, without camera noise
SHADE_DEPTH = 24  # grey levels between the paper and its darkest shading
SHADE_SLOPE = 2.0  # grey levels a pixel; the soft edge of a line is steeper than shading
SHADE_SHARE = 0.1  # least share of the pixels that are shaded in a photograph
BAND_ROWS = 256
FIT_SIDE = 64  # pixels; the surface is fitted to a picture reduced to this


@dataclass(frozen=True)
class FlatLevel:
    """A grey level, the share of pixels that have exactly this level, and the share within FLAT_TOLERANCE of it."""

    level: int
    exact: float
    share: float


def measure_contrast(grey: Cutout, *, quick: bool = False) -> PixelContrast | LevelContrast:
    """The contrast to the paper; ink may be darker or lighter than paper. A photograph is reduced.

    `quick`: TakesLongError if the paper is not flat, because finding it takes several times as long.
    """
    counts = grey.count_levels()
    first, second = _find_flat_levels(counts)
    if quick and first.share + second.share < QUICK_SHARE:
        raise TakesLongError
    if _is_photograph(grey, counts, first, second):
        if quick:
            raise TakesLongError
        levels = even_out_light(grey.fill())
        return PixelContrast(levels, _measure_noise(-levels[levels < 0]), photographed=True)
    if second.share >= HEAVY_SHARE and first.share + second.share >= 0.5:
        paper, ink = (second, first) if _covers_border(grey.fill(), first, second) else (first, second)
        return _contrast_to_flat_paper(grey, counts, paper.level, sign=1 if ink.level > paper.level else -1)
    if first.share >= FLAT_SHARE:
        return _contrast_to_flat_paper(grey, counts, first.level)
    if quick:
        raise TakesLongError
    return _contrast_to_smooth_paper(grey.fill())


def _is_photograph(grey: Cutout, counts: Counts, first: FlatLevel, second: FlatLevel) -> bool:
    """Whether the commonest level is noisy, or many pixels near a flat level lie on no line edge, as in shading."""
    if first.exact < EXACT_SHARE * first.share:
        return True
    if first.share + second.share > 1 - SHADE_SHARE:  # too few other pixels
        return False
    nearest = np.minimum(np.abs(LEVELS - first.level), np.abs(LEVELS - second.level))
    near = (nearest > FLAT_TOLERANCE) & (nearest <= SHADE_DEPTH)
    if counts[near].sum() < SHADE_SHARE * counts.sum():
        return False
    return _count_shaded(grey.fill(), near) >= SHADE_SHARE * int(counts.sum())


def _count_shaded(grey: Grey, near: NDArray[np.bool_]) -> int:
    """The number of pixels that have one of the levels `near` (256,) and lie on no edge. In bands, to save memory."""
    shaded = 0
    for top in range(0, len(grey), BAND_ROWS):
        above = min(1, top)  # the slope at a pixel depends on the rows beside it
        band = grey[top - above : top + BAND_ROWS + 1]
        slopes = [cv2.Sobel(band, cv2.CV_32F, right, 1 - right, scale=1 / 8) for right in (1, 0)]
        flat = near[band] & (np.hypot(*slopes) < SHADE_SLOPE)
        shaded += int(flat[above : above + BAND_ROWS].sum())
    return shaded


def _measure_noise(distance: NDArray[np.number]) -> float:
    """Distances (N,) from the paper → its standard deviation. The median is used because ink hardly changes it."""
    return STD_PER_MEDIAN * float(np.median(distance)) if distance.size else 0.0


def _contrast_to_flat_paper(grey: Cutout, counts: Counts, paper: int, sign: int | None = None) -> LevelContrast:
    """`sign` is +1 for ink lighter than paper, −1 for darker ink. None: the side with the stronger contrast is ink."""
    levels = slice(255 - paper, 511 - paper)  # DIFFERENCES of all levels to the paper
    noise = _measure_flat_noise(counts, paper)
    if sign is None:
        beyond = counts.copy()
        beyond[_near(paper, int(2 * noise))] = 0
        sign = 1 if beyond @ CUBES[levels] >= 0 else -1  # cubes: strong contrast counts more than a large area
    return LevelContrast(grey, counts, (sign * DIFFERENCES[levels]).astype(np.float32), noise)


def _measure_flat_noise(counts: Counts, paper: int) -> float:
    """The standard deviation of the levels within the tolerance of the paper's."""
    near = _near(paper, FLAT_TOLERANCE)
    if 2 * counts[paper] > counts[near].sum():
        return 0.0  # the median distance
    return _measure_noise(np.repeat(np.abs(LEVELS[near] - paper), counts[near]))


def _contrast_to_smooth_paper(grey: Grey) -> PixelContrast:
    """The contrast to a smooth surface that is fitted to the paper."""
    difference = grey.astype(np.float32) - _fit_surface(grey)
    noise = _measure_noise(np.abs(difference))
    beyond = difference[np.abs(difference) > 2 * noise].astype(np.float64)
    cubed = float((beyond * beyond * beyond).sum())  # ten times faster than `beyond**3`
    return PixelContrast(difference if cubed >= 0 else -difference, noise, photographed=False)


def _find_flat_levels(counts: Counts) -> tuple[FlatLevel, FlatLevel]:
    """The commonest level, and the commonest level that is clearly different from it."""
    pixels = int(counts.sum())

    def commonest(among: Counts) -> FlatLevel:
        level = int(among.argmax())
        return FlatLevel(level, among[level] / pixels, among[_near(level, FLAT_TOLERANCE)].sum() / pixels)

    first = commonest(counts)
    others = counts.copy()
    others[_near(first.level, 4 * FLAT_TOLERANCE)] = 0
    return first, commonest(others)


def _near(level: int, tolerance: int) -> slice:
    """The levels within the tolerance of `level`, as indices of counts (256,)."""
    return slice(max(0, level - tolerance), level + tolerance + 1)


def _covers_border(grey: Grey, first: FlatLevel, second: FlatLevel) -> bool:
    """Whether the second level covers more of the border than the first level, but is not a frame."""
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]).astype(np.int16)
    share = {level: float((np.abs(border - level.level) <= FLAT_TOLERANCE).mean()) for level in (first, second)}
    return share[first] < share[second] < FRAME_SHARE


def _fit_surface(grey: Grey) -> Levels:
    """(H, W) → a cubic surface (H, W) through the paper. Tukey's biweight ignores the ink, which lies far from it."""
    height, width = grey.shape
    small = cv2.resize(grey, (min(FIT_SIDE, width), min(FIT_SIDE, height)), interpolation=cv2.INTER_AREA)
    levels = small.astype(np.float64).ravel()
    terms = _surface_terms(*small.shape)
    weight = np.ones_like(levels)
    for _ in range(8):
        root = np.sqrt(weight)
        coefficients = np.linalg.lstsq(terms * root[:, None], levels * root, rcond=None)[0]
        residual = levels - terms @ coefficients
        scale = max(1.0, STD_PER_MEDIAN * float(np.median(np.abs(residual))))
        weight = np.clip(1 - (residual / (TUKEY_WIDTH * scale)) ** 2, 0, None) ** 2
    surface = (terms @ coefficients).reshape(small.shape).astype(np.float32)
    return np.asarray(cv2.resize(surface, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _surface_terms(height: int, width: int) -> NDArray[np.float64]:
    """(height·width, 10): the monomials of x and y up to degree 3, at each pixel."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    powers = [(i, j) for i in range(4) for j in range(4 - i)]
    return np.stack([(x**i * y**j).ravel() for i, j in powers], axis=1)
