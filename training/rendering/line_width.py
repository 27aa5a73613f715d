"""A digit of MNIST, large, with its lines made as thin or as thick as wanted, and still readable.

Thinner lines keep to the middle of the old ones, so that none breaks; a digit so thick that its loops are filled is not
thinned, for the thin lines of a blob are another digit. Thicker ones stop where a hole or a bay of the digit would
close or a bay fill up.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.preprocessing import Image, crop, measure_line_width, resize_longer_side
from training.rendering.skeleton import find_skeleton

Field = NDArray[np.float32]  # (H, W): pixels to the edge of the ink, positive inside it

SIDE = 240  # pixels, longer side of the digit
MARGIN = 60  # pixels around it
EDGE = 0.4  # ink above this is inside; much higher and MNIST's faintest lines break
HIGHER_EDGES = (0.5, 0.6, 0.7)  # where one opens a loop that a thick pen has nearly filled
KEPT_INK = 0.7  # of the digit, at least, and in no more pieces
FILLED = 0.2  # of SIDE: lines as wide as this fill loops
OPENING = 8  # pixels that a hole keeps at least
LEAST_PIECE = 40  # pixels of area; a smaller one is a speck
OPEN = 0.2  # of its convex hull that is paper: below, a shape has no bays to fill up
KEPT_OPEN = 0.55  # of that paper


def measure_field(image: Image) -> Field:
    """(28, 28) white on black → the field of its digit, SIDE pixels long, within a margin."""
    ink = resize_longer_side(crop(image.astype(np.float32) / image.max()), SIDE)
    padded = cv2.copyMakeBorder(ink, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_CONSTANT, value=0)
    inside = find_inside(cv2.GaussianBlur(padded, (0, 0), SIDE / 60))
    within = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    without = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(cv2.GaussianBlur(within - without, (0, 0), 2), np.float32)


def find_inside(ink: NDArray[Any]) -> NDArray[np.uint8]:
    """(H, W) in 0..1 → where the digit is: above the lowest edge that leaves it the most holes."""
    shapes = [(ink > edge).astype(np.uint8) for edge in (EDGE, *HIGHER_EDGES)]
    pieces, least = count_pieces(shapes[0]), KEPT_INK * int(shapes[0].sum())
    kept = [shape for shape in shapes if int(shape.sum()) >= least and count_pieces(shape) <= pieces]
    return max(kept, key=lambda shape: count_pieces(1 - shape))


def change_line_width(field: Field, width_px: float) -> Field:
    """The field of the same digit with lines about `width_px` wide, or as thin or as wide as stays readable."""
    line_px = measure_line_width((field > 0).astype(np.float32))
    change_px = (width_px - line_px) / 2
    if change_px < 0:
        if line_px > FILLED * SIDE:
            return field
        thinned, middle = field + np.float32(change_px), np.float32(0.4 * width_px) - _distance_to_middle(field)
        return np.asarray(np.maximum(thinned, middle), np.float32)
    papers, open_share = count_papers(field), measure_open_share(field)
    while change_px > 1:
        closes = count_papers(field + change_px + OPENING / 2) != papers
        fills = open_share > OPEN and measure_open_share(field + change_px) < KEPT_OPEN * open_share
        if not (closes or fills):
            break
        change_px *= 0.8
    return field + np.float32(change_px)


def count_papers(field: Field) -> int:
    """Parts of the paper: one around the digit, the others enclosed by it."""
    return count_pieces((field <= 0).astype(np.uint8))


def count_pieces(shape: NDArray[np.uint8]) -> int:
    """The parts of it that hang together, without specks."""
    _, _, facts, _ = cv2.connectedComponentsWithStats(shape, connectivity=4)
    return int((facts[1:, cv2.CC_STAT_AREA] >= LEAST_PIECE).sum())


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
