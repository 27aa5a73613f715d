"""Measures the ink of a drawing: how wide its lines are, how large the digit is on the picture, and how dark the ink.

Preprocessing evens out all three, so the image that the network reads tells little about them. Drift compares them
with the validation data of a version, because they say how people draw, and with what.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from shared.recognition.contrast import Ink
from shared.recognition.decoding import decode_page
from shared.recognition.ink import find_strokes
from shared.recognition.preprocessing import FAINTEST_INK, Image, measure_box_width


@dataclass(frozen=True)
class InkMeasures:
    """`line_width` in pixels of the 28×28 image, before thin lines are thickened.

    `size` is the longer side of the digit as a share of the longer side of the picture. `darkness` is the contrast of
    the ink to the paper, where 1 is black on white. Both are 0..1.
    """

    line_width: float
    size: float
    darkness: float


def measure_ink(data: bytes) -> InkMeasures:
    """The bytes of a picture file → its measures. DrawingError, with the reason, if it can't be read."""
    page = decode_page(data)
    strokes = find_strokes(page.grey)
    longer = max(page.grey.shape)
    scale = longer / max(strokes.picture)  # a photograph is reduced
    size = _measure_longer_side(strokes.ink) * scale / (longer - 2 * page.margin)
    return InkMeasures(measure_box_width(strokes.ink), min(1.0, size), strokes.contrast)


def measure_image(image: Image) -> float:
    """(28, 28), white on black, not blank → the line width of a digit that is stored as an image. It has no size."""
    return measure_box_width(image.astype(np.float32) / image.max())


def _measure_longer_side(ink: Ink) -> int:
    return max(cv2.boundingRect((ink > FAINTEST_INK).view(np.uint8))[2:])
