"""A digit of MNIST, large, with its lines made as thin or as thick as wanted, and still readable.

Thinner lines keep to the middle of the old ones, so that none breaks. Thicker ones stop where a hole or a bay of the
digit would close or a bay fill up.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.preprocessing import Image, crop, measure_line_width, resize_longer_side
from training.evaluation.skeleton import find_skeleton

Field = NDArray[np.float32]  # (H, W): pixels to the edge of the ink, positive inside it

SIDE = 240  # pixels, longer side of the digit
MARGIN = 60  # pixels around it
EDGE = 0.4  # ink above this is inside; much higher and MNIST's faintest lines break
OPENING = 8  # pixels that a hole keeps at least
LEAST_HOLE = 40  # pixels of area; a smaller hole is none
OPEN = 0.2  # of its convex hull that is paper: below, a shape has no bays to fill up
KEPT_OPEN = 0.55  # of that paper


def measure_field(image: Image) -> Field:
    """(28, 28) white on black → the field of its digit, SIDE pixels long, within a margin."""
    ink = resize_longer_side(crop(image.astype(np.float32) / image.max()), SIDE)
    padded = cv2.copyMakeBorder(ink, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_CONSTANT, value=0)
    inside = (cv2.GaussianBlur(padded, (0, 0), SIDE / 60) > EDGE).astype(np.uint8)
    within = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    without = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(cv2.GaussianBlur(within - without, (0, 0), 2), np.float32)


def change_line_width(field: Field, width_px: float) -> Field:
    """The field of the same digit with lines about `width_px` wide, or as wide as stays readable."""
    change_px = (width_px - measure_line_width((field > 0).astype(np.float32))) / 2
    if change_px < 0:
        thinned, middle = field + np.float32(change_px), np.float32(0.4 * width_px) - _distance_to_middle(field)
        return np.asarray(np.maximum(thinned, middle), np.float32)
    holes, open_share = count_holes(field), measure_open_share(field)
    while change_px > 1:
        closes = count_holes(field + change_px + OPENING / 2) != holes
        fills = open_share > OPEN and measure_open_share(field + change_px) < KEPT_OPEN * open_share
        if not (closes or fills):
            break
        change_px *= 0.8
    return field + np.float32(change_px)


def count_holes(field: Field) -> int:
    """Parts of the paper that the ink encloses."""
    paper = (field <= 0).astype(np.uint8)
    _, _, facts, _ = cv2.connectedComponentsWithStats(paper, connectivity=4)
    return int((facts[1:, cv2.CC_STAT_AREA] >= LEAST_HOLE).sum()) - 1


def measure_open_share(field: Field) -> float:
    """The share of the ink's convex hull that is paper."""
    inside = (field > 0).astype(np.uint8)
    hull = cv2.convexHull(cv2.findNonZero(inside))
    return 1 - int(inside.sum()) / max(1.0, float(cv2.contourArea(hull)))


def _distance_to_middle(field: Field) -> Field:
    """Pixels to the skeleton, which is found at half size."""
    half = (field > 0)[::2, ::2].astype(np.uint8)
    distance = cv2.distanceTransform(1 - find_skeleton(half), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    height, width = field.shape
    return np.asarray(2 * cv2.resize(distance, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
