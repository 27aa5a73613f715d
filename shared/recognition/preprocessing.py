"""Drawing → image, the way MNIST was made: longer side 20 pixels, anti-aliased, centre of mass in the middle.

LeCun et al. 1998, §III.A. Serving and training share this implementation. MNIST's digits were written with one kind of
pen. Lines much thinner than that are thickened first, because they would fade when reduced to 20 pixels.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.contrast import Ink
from shared.recognition.decoding import decode_drawing
from shared.recognition.errors import TakesLongError
from shared.recognition.ink import find_ink, find_strokes
from shared.recognition.normalisation import SIDE
from shared.recognition.picture_file import is_quick

Image = NDArray[np.uint8]  # (28, 28), white ink on black

BOX = 20  # pixels, the longer side of a digit; LeCun et al. 1998
CENTRE = 14.0  # row and column of MNIST's centres of mass, ± 0.5; over the training images, benchmarks/mnist_shape.py
FAINTEST_INK = 0.1  # fainter ink is not part of the bounding box
WORK_SIDE = 100  # pixels, five for each pixel of the box: line widths are measured and changed at this size
THINNEST_PX = 1.6  # line width in the box; 1.5 % of MNIST's training images are thinner, benchmarks/mnist_shape.py
TARGET_PX = 2.2  # the width that a thinner line gets


def preprocess(data: bytes) -> Image:
    """The bytes of a picture file → its image (28, 28). DrawingError, with the reason, if it can't be read."""
    return centre_ink(find_ink(decode_drawing(data)))


def preprocess_quickly(data: bytes) -> Image:
    """The same image within few milliseconds. TakesLongError if the picture needs more: it is large, its paper is not
    flat, or something else than one digit may be on it.
    """
    if not is_quick(data):
        raise TakesLongError
    return centre_ink(find_strokes(decode_drawing(data), quick=True).ink)


def centre_ink(ink: Ink) -> Image:
    """Ink (H, W) in 0..1, not blank → (28, 28) uint8."""
    cropped = crop(ink)
    working = resize_longer_side(cropped, WORK_SIDE)
    width_px = measure_line_width(working) * BOX / WORK_SIDE
    if width_px < THINNEST_PX:
        cropped = thicken(working, (TARGET_PX - width_px) * WORK_SIDE / BOX)
    boxed = resize_longer_side(cropped, BOX)
    return place_by_mass(np.asarray(cv2.convertScaleAbs(boxed, alpha=255 / float(boxed.max())), np.uint8))


def crop(ink: Ink) -> Ink:
    """(H, W) → the part inside the bounding box of the ink."""
    x, y, width, height = cv2.boundingRect((ink > FAINTEST_INK).view(np.uint8))
    return ink[y : y + height, x : x + width]


def resize_longer_side(ink: Ink, side: int) -> Ink:
    """Scales the longer side to `side` pixels and keeps the proportions. Areas are averaged when it shrinks."""
    height, width = ink.shape
    scale = side / max(height, width)
    if scale == 1:
        return ink
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(ink, size, interpolation=method), np.float32)


def measure_line_width(ink: Ink) -> float:
    """The mean width of the strokes in pixels. In a line of width w, the mean distance to its edge is w / 4."""
    mask = cv2.copyMakeBorder((ink > 0.5).view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    area = cv2.countNonZero(mask)
    return 4 * cv2.sumElems(cv2.distanceTransform(mask, cv2.DIST_L2, 3))[0] / area - 1 if area else 0.0


def measure_box_width(ink: Ink) -> float:
    """Ink (H, W), not blank → the mean width of its strokes in pixels of the 28×28 image, before any are thickened."""
    return measure_line_width(resize_longer_side(crop(ink), WORK_SIDE)) * BOX / WORK_SIDE


def thicken(ink: Ink, by_px: float) -> Ink:
    """Widens every line by about `by_px` pixels. The picture grows on each side, so that nothing is cut off."""
    radius = max(1, round(by_px / 2))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    padded = cv2.copyMakeBorder(ink, radius, radius, radius, radius, cv2.BORDER_CONSTANT, value=0)
    return np.asarray(cv2.dilate(padded, disc), np.float32)


def place_by_mass(boxed: Image) -> Image:
    """(h, w) uint8, both at most 20 → (28, 28) with the centre of mass at CENTRE."""
    height, width = boxed.shape
    moments = cv2.moments(boxed)
    top = min(max(round(CENTRE - moments["m01"] / moments["m00"]), 0), SIDE - height)
    left = min(max(round(CENTRE - moments["m10"] / moments["m00"]), 0), SIDE - width)
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[top : top + height, left : left + width] = boxed
    return image
