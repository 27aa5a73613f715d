"""Pixels → the one channel of grey levels in which the ink has the most contrast.

The channel is the luminance, one of the colours, or the opacity. If only the ink is opaque, its opacity is the drawing,
whatever its colour.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.cutout import Cutout, Pixels

RED, GREEN, BLUE, ALPHA = range(4)
TRANSPARENT = np.zeros((1, 1, 4), np.uint8)  # (1, 1, 4): one transparent pixel
# Set by hand; tests/unit/recognition/test_preprocessing.py checks them on pictures of each kind.
COLOUR_GAIN = 1.25  # a colour channel replaces the luminance only if its contrast is this many times greater
OPAQUE_SHARE = 0.5  # share of the greatest opacity; pixels with at least this much are opaque
SOLID_SHARE = 0.7  # least share of its bounding box that a picture with transparent surroundings fills; a disc: 0.79
OWN_CONTRAST = 48  # grey levels within the opaque part; the shading of one pen is far less


def pick_channel(pixels: Pixels) -> Cutout:
    """(H, W, 4) RGBA uint8 → grey levels (H, W). Grey levels (H, W) stay as they are."""
    cutout = Cutout.of(pixels)
    if pixels.ndim == 2:
        return cutout
    alpha_around = cutout.around[0, 0, ALPHA]
    if alpha_around == 255 and cv2.extractChannel(cutout.pixels, ALPHA).min() == 255:
        return _pick_strongest_channel(cutout)
    return _resolve_transparency(cutout if alpha_around == 0 else Cutout.whole(pixels, TRANSPARENT))


def _resolve_transparency(rgba: Cutout) -> Cutout:
    """RGBA → the opacity as ink. If the opaque part is a solid picture with contrast, its colours are the drawing."""
    alpha = rgba.pick(ALPHA)
    greatest = int(alpha.pixels.max())
    if greatest == 0:
        return alpha
    opaque = alpha.pixels >= math.ceil(OPAQUE_SHARE * greatest)
    if _fills_box(opaque):
        grey = _pick_strongest_channel(rgba)
        levels = grey.pixels[opaque]
        if np.ptp(levels) > OWN_CONTRAST and np.ptp(np.percentile(levels, (2, 98))) > OWN_CONTRAST:
            return _lay_on_paper(grey, np.asarray(alpha.pixels / greatest, np.float64), float(np.median(levels)))
    if greatest < 255:
        alpha = alpha.look_up((np.arange(256, dtype=np.float32) / greatest * 255).astype(np.uint8))
    return alpha.widen(max(alpha.shape) // 2)  # so that most of the picture is paper


def _fills_box(shape: NDArray[np.bool_]) -> bool:
    """Whether the shape (H, W) fills most of its bounding box."""
    mask = shape.view(np.uint8)
    *_, width, height = cv2.boundingRect(mask)
    return cv2.countNonZero(mask) > SOLID_SHARE * width * height


def _lay_on_paper(grey: Cutout, opacity: NDArray[np.float64], paper: float) -> Cutout:
    """Lays the picture on paper of that grey level. `opacity` (h, w) in 0..1 covers the cutout; outside it is 0."""
    pixels = (grey.pixels * opacity + paper * (1 - opacity)).astype(np.uint8)
    return grey.replace(pixels, np.array([[paper]]).astype(np.uint8))


def _pick_strongest_channel(rgba: Cutout) -> Cutout:
    """The luminance, or a colour in which the ink has clearly more contrast: blue for yellow ink on white paper."""
    luminance = rgba.replace(*(cv2.cvtColor(part, cv2.COLOR_RGBA2GRAY) for part in (rgba.pixels, rgba.around)))
    spread = rgba.measure_spread()
    strongest = max((RED, GREEN, BLUE), key=spread.__getitem__)
    (luminance_spread,) = luminance.measure_spread()
    if spread[strongest] > COLOUR_GAIN * luminance_spread:
        return rgba.pick(strongest)
    return luminance
