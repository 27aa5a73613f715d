"""MNIST images → files as someone saves them from a paint program: dark ink on white, not cropped, any size and pen.

A quarter are 28×28, the rest 28 to 600 pixels a side, evenly over the logarithm. The digit's longer side is 45 to 85
% of the picture's and lies anywhere within; its lines are 2 to 28 % of that side wide, evenly over the logarithm
(MNIST's: 13 %), at least 1.2 pixels, and no wider than stays readable. Three in ten have hard edges, the others are
anti-aliased; a fifth is not quite black; three in four are PNG, the others JPEG of quality 70 to 95.
"""

import cv2
import numpy as np

from shared.recognition.preprocessing import Image
from training.rendering.line_width import SIDE, Field, change_line_width, measure_field

SMALLEST, LARGEST = 28, 600  # pixels, sides of the picture
DIGIT_SHARE = (0.45, 0.85)  # longer side of the digit over the picture's
LINE_SHARE = (0.02, 0.28)  # width of the lines over the longer side of the digit
THINNEST_PX = 1.2
GREYEST = 60  # level of the ink that is not black
OUTSIDE = -1000.0  # pixels to the ink, where there is none


def draw_upload(image: Image, random: np.random.Generator) -> bytes:
    """(28, 28) white on black → a PNG or JPEG file."""
    side = SMALLEST if random.random() < 0.25 else round(_log_uniform(random, SMALLEST, LARGEST))
    digit_px = side * random.uniform(*DIGIT_SHARE)
    line_share = max(_log_uniform(random, *LINE_SHARE), THINNEST_PX / digit_px)
    field = change_line_width(measure_field(image), line_share * SIDE)
    distance = place_field(field, side, digit_px, random)
    coverage = (distance > 0).astype(np.float32) if random.random() < 0.3 else (distance + 0.5).clip(0, 1)
    darkest = random.integers(1, GREYEST) if random.random() < 0.2 else 0
    return _encode((255 - coverage * (255 - float(darkest))).round().astype(np.uint8), random)


def place_field(field: Field, side: int, digit_px: float, random: np.random.Generator) -> Field:
    """(side, side): the same digit `digit_px` long at a random place, now in pixels of the picture."""
    columns, rows, width, height = cv2.boundingRect((field > 0).astype(np.uint8))
    scale = digit_px / max(width, height)
    left, top = (
        1 + random.uniform(0, 1) * (side - 2 - length * scale) - start * scale
        for start, length in ((columns, width), (rows, height))
    )
    matrix = np.array([[scale, 0, left], [0, scale, top]], np.float32)
    placed = cv2.warpAffine(field, matrix, (side, side), flags=cv2.INTER_LINEAR, borderValue=(OUTSIDE,))
    return np.asarray(placed * np.float32(scale), np.float32)


def _log_uniform(random: np.random.Generator, low: float, high: float) -> float:
    """Evenly over the logarithm."""
    return float(np.exp(random.uniform(np.log(low), np.log(high))))


def _encode(grey: Image, random: np.random.Generator) -> bytes:
    if random.random() < 0.75:
        return bytes(cv2.imencode(".png", grey, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1])
    return bytes(cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(70, 96))])[1])
