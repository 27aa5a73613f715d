"""A photograph of a page → how far each pixel departs from the paper towards the ink, whatever light falls on it.

Paper is what is left when every line narrower than a fifth of the picture is filled in from beside it (a morphological
closing): that follows slopes, vignettes and even the hard edge of a shadow. Ink takes a share of the light, so that
departures are measured in shares of the paper. Large photographs are reduced first, which also averages their noise.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.cutout import Grey

Levels = NDArray[np.float32]  # (H, W), in grey levels

WORK_SIDE = 640  # pixels; lines of the thinnest pens are still two pixels wide on it
WIDEST_LINE = 0.2  # of the longer side
SMOOTHING = 1.0  # pixels, standard deviation
POLARITY_SIDE = 320  # pixels
WINDOWS = (0.04, 0.08, 0.16)  # of the shorter side: lines are narrower than one of them, shadows wider
DARK_INK_PRIOR = 2.0  # how much stronger light lines must be to be taken for the ink
HIGHEST_EXCESS = 30.0  # levels of the paper's noise; ink is further off
WHITE = 200.0  # the level that all paper is brought to
DARKEST_PAPER = 40.0  # levels; below, noise would be magnified too much


def even_out(grey: Grey, work_side: int = WORK_SIDE) -> Levels:
    """(H, W) → (h, w), no side longer than `work_side`: about 0 on the paper, positive on the ink."""
    small = reduce_to(grey, work_side)
    dark_ink = has_dark_ink(small)
    positive = small if dark_ink else 255 - small  # dark ink on light paper
    paper = fill_lines(positive)
    levels = paper - _soften(positive)
    excess = _find_commonest(levels)  # filling follows the brighter of the noise
    light = np.maximum(paper - excess, DARKEST_PAPER) if dark_ink else np.float32(WHITE)
    return (levels - excess) * (WHITE / light)


def reduce_to(grey: Grey, side: int) -> Grey:
    """No side longer than `side`; areas are averaged."""
    scale = side / max(grey.shape)
    if scale >= 1:
        return grey
    return np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def fill_lines(grey: Grey) -> Levels:
    """Dark lines are filled with the paper beside them; beyond its borders the picture goes on as it ends."""
    reach = max(1, round(WIDEST_LINE * max(grey.shape) / 2))
    margin = 2 * reach
    padded = cv2.copyMakeBorder(cv2.medianBlur(grey, 5), margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    return _soften(closed[margin:-margin, margin:-margin])


def has_dark_ink(grey: Grey) -> bool:
    """Whether what stands out from its surroundings is darker than they are, by the cube of how far it does."""
    levels = _soften(reduce_to(grey, POLARITY_SIDE))
    dark = light = 0.0
    for window in WINDOWS:
        side = 2 * round(window * min(levels.shape) / 2) + 1
        around = cv2.blur(levels, (side, side), borderType=cv2.BORDER_REPLICATE)
        standing_out = levels - around
        noise = 1.4826 * float(np.median(np.abs(standing_out)))  # of a normal distribution
        lines = standing_out[np.abs(standing_out) > 2.5 * noise].astype(np.float64)
        cubes = lines * lines * lines
        dark -= float(cubes[cubes < 0].sum())
        light += float(cubes[cubes > 0].sum())
    return DARK_INK_PRIOR * dark > light


def _find_commonest(levels: Levels) -> np.float32:
    """The commonest of the lower levels, which are paper's even where the ink covers half of the picture."""
    counts = np.bincount(levels[levels < HIGHEST_EXCESS].round().clip(0).astype(np.intp).ravel(), minlength=1)
    return np.float32(np.convolve(counts, np.ones(3), "same").argmax())


def _soften(grey: NDArray[Any]) -> Levels:
    return np.asarray(cv2.GaussianBlur(grey.astype(np.float32), (0, 0), SMOOTHING), np.float32)
