"""A photograph of a page → the contrast of each pixel to the paper, in any light.

The paper is estimated by filling every line narrower than a fifth of the picture from the paper beside it (a
morphological closing). The result follows slopes, vignettes and even the hard edge of a shadow. Ink absorbs a share of
the light, so the contrast is divided by the brightness of the paper. A large photograph is reduced first, which also
averages its noise.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.contrast import STD_PER_MEDIAN, Levels
from shared.recognition.cutout import Grey

# Set by hand; tests/unit/recognition/test_photograph.py checks them in different lights.
PHOTOGRAPH_SIDE = 640  # pixels; lines of the thinnest pens are still two pixels wide at this size
WIDEST_LINE = 0.2  # share of the longer side
SMOOTHING = 1.0  # pixels, standard deviation of the Gaussian blur
POLARITY_SIDE = 320  # pixels; the polarity is measured on a picture reduced to this
WINDOWS = (0.04, 0.08, 0.16)  # shares of the shorter side; lines are narrower than one of them, shadows are wider
DARK_INK_PRIOR = 2.0  # light lines must be this many times stronger than dark lines to be the ink
HIGHEST_EXCESS = 30.0  # grey levels; the paper's noise is lower, ink is higher
WHITE = 200.0  # the grey level to which all paper is scaled
DARKEST_PAPER = 40.0  # grey levels; scaling darker paper would magnify the noise too much


def even_out_light(grey: Grey) -> Levels:
    """(H, W) → contrast (h, w), no side longer than PHOTOGRAPH_SIDE: about 0 on the paper, positive on the ink."""
    small = reduce_to(grey, PHOTOGRAPH_SIDE)
    dark_ink = has_dark_ink(small)
    positive = small if dark_ink else 255 - small  # always dark ink on light paper
    paper = fill_lines(positive)
    levels = paper - _soften(positive)
    excess = _find_paper_excess(levels)  # the closing follows the brightest noise, so paper lies above 0
    light = np.maximum(paper - excess, DARKEST_PAPER) if dark_ink else np.float32(WHITE)
    return (levels - excess) * (WHITE / light)


def reduce_to(grey: Grey, side: int) -> Grey:
    """The picture with no side longer than `side` pixels. Areas are averaged."""
    scale = side / max(grey.shape)
    if scale >= 1:
        return grey
    if min(grey.shape) * scale < 1:  # less than a pixel would be left
        height, width = (max(1, round(length * scale)) for length in grey.shape)
        return np.asarray(cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def fill_lines(grey: Grey) -> Levels:
    """(H, W) → the paper (H, W): dark lines are filled from beside them. The border pixels are repeated outside."""
    reach = max(1, round(WIDEST_LINE * max(grey.shape) / 2))
    margin = 2 * reach
    padded = cv2.copyMakeBorder(cv2.medianBlur(grey, 5), margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    return _soften(closed[margin:-margin, margin:-margin])


def has_dark_ink(grey: Grey) -> bool:
    """Whether lines are darker than their surroundings. Each pixel counts with the cube of its contrast to them."""
    levels = _soften(reduce_to(grey, POLARITY_SIDE))
    dark = light = 0.0
    for window in WINDOWS:
        side = 2 * round(window * min(levels.shape) / 2) + 1
        surroundings = cv2.blur(levels, (side, side), borderType=cv2.BORDER_REPLICATE)
        contrast = levels - surroundings
        noise = STD_PER_MEDIAN * float(np.median(np.abs(contrast)))
        lines = contrast[np.abs(contrast) > 2.5 * noise].astype(np.float64)
        cubes = lines * lines * lines
        dark -= float(cubes[cubes < 0].sum())
        light += float(cubes[cubes > 0].sum())
    return DARK_INK_PRIOR * dark > light


def _find_paper_excess(levels: Levels) -> np.float32:
    """The commonest level below HIGHEST_EXCESS. It is that of the paper even if ink covers half of the picture."""
    counts = np.bincount(levels[levels < HIGHEST_EXCESS].round().clip(0).astype(np.intp).ravel(), minlength=1)
    return np.float32(np.convolve(counts, np.ones(3), "same").argmax())


def _soften(grey: NDArray[Any]) -> Levels:
    return np.asarray(cv2.GaussianBlur(grey.astype(np.float32), (0, 0), SMOOTHING), np.float32)
