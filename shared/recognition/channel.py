"""Pixels → the one channel of grey levels in which the ink stands out: of the colours, or opacity.

Where the ink alone is opaque, its opacity is the drawing, whatever its colour.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.cutout import Cutout, Pixels

RED, GREEN, BLUE, ALPHA = range(4)
CLEAR = np.zeros((1, 1, 4), np.uint8)
COLOUR_GAIN = 1.25  # one colour channel replaces luminance only where its contrast is this much greater
OPAQUE = 0.5  # of the greatest opacity
SOLID_SHARE = 0.7  # of its bounding box that a picture with transparent surroundings fills; a disc fills 0.79
OWN_CONTRAST = 48  # levels within the opaque part, far more than one pen's shading


def pick_channel(pixels: Pixels) -> Cutout:
    """(H, W) grey levels, which stay, or (H, W, 4) RGBA."""
    cutout = Cutout.of(pixels)
    if pixels.ndim == 2:
        return cutout
    alpha_around = cutout.around[0, 0, ALPHA]
    if alpha_around == 255 and cv2.extractChannel(cutout.pixels, ALPHA).min() == 255:
        return _strongest_channel(cutout)
    return _resolve_transparency(cutout if alpha_around == 0 else Cutout.whole(pixels, CLEAR))


def _resolve_transparency(rgba: Cutout) -> Cutout:
    """Opacity is the ink, unless what is opaque is a picture of its own: a solid shape with contrast within."""
    alpha = rgba.pick(ALPHA)
    greatest = int(alpha.pixels.max())
    if greatest == 0:
        return alpha
    opaque = alpha.pixels >= math.ceil(OPAQUE * greatest)
    if _fills_its_box(opaque):
        grey = _strongest_channel(rgba)
        levels = grey.pixels[opaque]
        if np.ptp(levels) > OWN_CONTRAST and np.ptp(np.percentile(levels, (2, 98))) > OWN_CONTRAST:
            return _lay_on_paper(grey, np.asarray(alpha.pixels / greatest, np.float64), float(np.median(levels)))
    if greatest < 255:
        alpha = alpha.look_up((np.arange(256, dtype=np.float32) / greatest * 255).astype(np.uint8))
    return alpha.widen(max(alpha.shape) // 2)  # so that the paper is what there is most of


def _fills_its_box(shape: NDArray[np.bool_]) -> bool:
    mask = shape.view(np.uint8)
    *_, width, height = cv2.boundingRect(mask)
    return cv2.countNonZero(mask) > SOLID_SHARE * width * height


def _lay_on_paper(grey: Cutout, opacity: NDArray[np.float64], paper: float) -> Cutout:
    """`opacity` (h, w) of the cutout's pixels; all around is transparent."""
    pixels = (grey.pixels * opacity + paper * (1 - opacity)).astype(np.uint8)
    return grey.replace(pixels, np.array([[paper]]).astype(np.uint8))


def _strongest_channel(rgba: Cutout) -> Cutout:
    """Luminance, or the one of red, green and blue in which the ink stands out clearly more (yellow on white)."""
    luminance = rgba.replace(*(cv2.cvtColor(part, cv2.COLOR_RGBA2GRAY) for part in (rgba.pixels, rgba.around)))
    spread = rgba.measure_spread()
    strongest = max((RED, GREEN, BLUE), key=spread.__getitem__)
    (spread_of_luminance,) = luminance.measure_spread()
    if spread[strongest] > COLOUR_GAIN * spread_of_luminance:
        return rgba.pick(strongest)
    return luminance
