"""Drawing → image, the way MNIST was made: longer side 20 pixels, anti-aliased, centre of mass in the middle.

LeCun et al. 1998, §III.A. The one implementation for serving and training. MNIST's digits were written with one kind
of pen; lines much thinner than its are thickened first, since at 20 pixels they would fade away.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.decoding import MAX_PIXELS, decode_drawing
from shared.recognition.departure import Ink
from shared.recognition.ink import find_ink
from shared.recognition.normalisation import SIDE

Image = NDArray[np.uint8]  # (28, 28), white ink on black

BOX = 20  # pixels, LeCun et al. 1998
CENTRE = 14.0  # row and column where MNIST's centres of mass lie, ± 0.5: measured over its training images
FAINTEST = 0.1  # ink below this is not part of the bounding box
WORK_SIDE = 100  # pixels, five for each of the box: where line widths are measured and changed
THINNEST_PX = 1.6  # line width in the box; 1.5 % of MNIST's training images are thinner
TARGET_PX = 2.2  # what a thinner line becomes


def preprocess(data: bytes, max_pixels: int = MAX_PIXELS) -> Image:
    """The bytes of a picture → its image. DrawingError with the reason where there is none."""
    return centre_ink(find_ink(decode_drawing(data, max_pixels)))


def centre_ink(ink: Ink) -> Image:
    """(H, W) ink in 0..1 with some ink on it → (28, 28) uint8."""
    cropped = crop(ink)
    working = resize_longer_side(cropped, WORK_SIDE)
    width_px = measure_line_width(working) * BOX / WORK_SIDE
    if width_px < THINNEST_PX:
        cropped = thicken(working, (TARGET_PX - width_px) * WORK_SIDE / BOX)
    boxed = resize_longer_side(cropped, BOX)
    return place_by_mass(np.asarray(cv2.convertScaleAbs(boxed, alpha=255 / float(boxed.max())), np.uint8))


def crop(ink: Ink) -> Ink:
    """The bounding box of the ink."""
    x, y, width, height = cv2.boundingRect((ink > FAINTEST).view(np.uint8))
    return ink[y : y + height, x : x + width]


def resize_longer_side(ink: Ink, side: int) -> Ink:
    """The same proportions with the longer side `side` pixels; areas are averaged where it shrinks."""
    height, width = ink.shape
    scale = side / max(height, width)
    if scale == 1:
        return ink
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(ink, size, interpolation=method), np.float32)


def measure_line_width(ink: Ink) -> float:
    """Mean width of the strokes in pixels: in a line of width w the distance to its edge is w / 4 on average."""
    mask = cv2.copyMakeBorder((ink > 0.5).view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    area = cv2.countNonZero(mask)
    return 4 * cv2.sumElems(cv2.distanceTransform(mask, cv2.DIST_L2, 3))[0] / area - 1 if area else 0.0


def thicken(ink: Ink, by_px: float) -> Ink:
    """Widens every line by about `by_px` pixels, and the picture with it."""
    radius = max(1, round(by_px / 2))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    padded = cv2.copyMakeBorder(ink, radius, radius, radius, radius, cv2.BORDER_CONSTANT, value=0)
    return np.asarray(cv2.dilate(padded, disc), np.float32)


def place_by_mass(boxed: Image) -> Image:
    """(h, w) uint8 with both sides at most 20 → (28, 28) with the centre of mass in the middle."""
    height, width = boxed.shape
    moments = cv2.moments(boxed)
    top = min(max(round(CENTRE - moments["m01"] / moments["m00"]), 0), SIDE - height)
    left = min(max(round(CENTRE - moments["m10"] / moments["m00"]), 0), SIDE - width)
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[top : top + height, left : left + width] = boxed
    return image
