"""Redraws MNIST images as files from a paint program: dark ink on white, not cropped, any size and pen.

A quarter of the pictures are 28×28. The others have sides of 28 to 600 pixels, log-uniformly distributed. The digit is
45 to 85 % as long as the picture and lies anywhere in it. Its lines are 2 to 28 % of its longer side wide
(log-uniform; MNIST's lines: 13 %), at least 1.2 pixels, and no wider than stays readable. 30 % have hard edges, the
others are anti-aliased. 20 % have grey ink instead of black. 75 % are PNG, the others JPEG of quality 70 to 95.
"""

import cv2
import numpy as np

from shared.recognition.preprocessing import Image
from training.rendering.line_width import DIGIT_PX, DistanceField, change_line_width, measure_distance_field

# All set by hand, for a wide range of pictures.
MIN_SIDE_PX, MAX_SIDE_PX = 28, 600  # sides of the picture
DIGIT_SHARE = (0.45, 0.85)  # longer side of the digit / side of the picture
LINE_SHARE = (0.02, 0.28)  # width of the lines / longer side of the digit
MIN_LINE_PX = 1.2
MAX_GREY = 60  # level of the ink that is not black
FAR_OUTSIDE = -1000.0  # distance to the ink, in pixels, for the part of the picture without a digit


def draw_upload(image: Image, random: np.random.Generator) -> bytes:
    """(28, 28), white on black → a PNG or JPEG file."""
    side_px = MIN_SIDE_PX if random.random() < 0.25 else round(_draw_log_uniform(random, MIN_SIDE_PX, MAX_SIDE_PX))
    digit_px = side_px * random.uniform(*DIGIT_SHARE)
    line_share = max(_draw_log_uniform(random, *LINE_SHARE), MIN_LINE_PX / digit_px)
    field = change_line_width(measure_distance_field(image), line_share * DIGIT_PX)
    distance = place_field(field, side_px, digit_px, random)  # (side_px, side_px)
    coverage = (distance > 0).astype(np.float32) if random.random() < 0.3 else (distance + 0.5).clip(0, 1)
    darkest = random.integers(1, MAX_GREY) if random.random() < 0.2 else 0
    return _encode((255 - coverage * (255 - float(darkest))).round().astype(np.uint8), random)


def place_field(field: DistanceField, side_px: int, digit_px: float, random: np.random.Generator) -> DistanceField:
    """Scale the digit to `digit_px` and put it at a random place. The result is (side_px, side_px)."""
    columns, rows, width, height = cv2.boundingRect((field > 0).astype(np.uint8))
    scale = digit_px / max(width, height)
    left, top = (
        1 + random.uniform(0, 1) * (side_px - 2 - length * scale) - start * scale
        for start, length in ((columns, width), (rows, height))
    )
    matrix = np.array([[scale, 0, left], [0, scale, top]], np.float32)
    placed = cv2.warpAffine(field, matrix, (side_px, side_px), flags=cv2.INTER_LINEAR, borderValue=(FAR_OUTSIDE,))
    return np.asarray(placed * np.float32(scale), np.float32)


def _draw_log_uniform(random: np.random.Generator, low: float, high: float) -> float:
    """Return a random number whose logarithm is uniformly distributed."""
    return float(np.exp(random.uniform(np.log(low), np.log(high))))


def _encode(grey: Image, random: np.random.Generator) -> bytes:
    """(H, W) uint8 → a PNG file three times in four, else a JPEG file."""
    if random.random() < 0.75:
        return bytes(cv2.imencode(".png", grey, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1])
    return bytes(cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(70, 96))])[1])
