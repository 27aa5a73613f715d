"""Enlarges an MNIST digit and makes its lines thinner or thicker, so that the digit stays readable.

Thinning keeps the middle of each line, so no line breaks. A digit whose loops are already filled with ink is not
thinned, because the thin lines of a blob would look like another digit. Thickening stops before a hole of the digit
closes or before its open areas fill with ink.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.preprocessing import Image, crop, measure_line_width, resize_longer_side
from training.rendering.skeleton import find_skeleton

DistanceField = NDArray[np.float32]  # (H, W): distance to the edge of the ink in pixels, positive inside the ink

# All set by hand.
DIGIT_PX = 240  # longer side of the enlarged digit
MARGIN_PX = 60  # empty space on each side of it
INK_THRESHOLD = 0.4  # more than this (of 0..1) is ink; with a much higher value MNIST's faintest lines break
HIGHER_THRESHOLDS = (0.5, 0.6, 0.7)  # one of them may open a loop that a thick pen has nearly filled
MIN_INK_KEPT = 0.7  # share of the ink that must remain above a higher threshold
BLOB_LINE_SHARE = 0.2  # share of DIGIT_PX: lines that are wider fill the loops of a digit
MIN_HOLE_PX = 8  # width that every hole keeps
MIN_REGION_PX = 40  # area; smaller regions are specks
MIN_OPEN_SHARE = 0.2  # share of the convex hull: a shape with less background has no open areas to fill
MIN_OPEN_KEPT = 0.55  # share of these open areas that must remain


def measure_distance_field(image: Image) -> DistanceField:
    """(28, 28), white on black → the distance field of its digit, enlarged to DIGIT_PX, with a margin."""
    ink = resize_longer_side(crop(image.astype(np.float32) / image.max()), DIGIT_PX)
    padded = cv2.copyMakeBorder(ink, MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX, cv2.BORDER_CONSTANT, value=0)
    inside = find_ink(cv2.GaussianBlur(padded, (0, 0), DIGIT_PX / 60))
    distance_inside = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    distance_outside = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(cv2.GaussianBlur(distance_inside - distance_outside, (0, 0), 2), np.float32)


def find_ink(levels: NDArray[Any]) -> NDArray[np.uint8]:
    """(H, W) in 0..1 → (H, W), 1 where the digit is.

    Of all thresholds that keep enough ink and break no line, the lowest with the most holes is used.
    """
    masks = [(levels > threshold).astype(np.uint8) for threshold in (INK_THRESHOLD, *HIGHER_THRESHOLDS)]
    regions, min_ink = count_regions(masks[0]), MIN_INK_KEPT * int(masks[0].sum())
    kept = [mask for mask in masks if int(mask.sum()) >= min_ink and count_regions(mask) <= regions]
    return max(kept, key=lambda mask: count_regions(1 - mask))


def change_line_width(field: DistanceField, width_px: float) -> DistanceField:
    """Return the field of the same digit with lines about `width_px` wide, or as close to that as stays readable."""
    line_px = measure_line_width((field > 0).astype(np.float32))
    change_px = (width_px - line_px) / 2
    if change_px < 0:
        if line_px > BLOB_LINE_SHARE * DIGIT_PX:
            return field
        thinned, middle = field + np.float32(change_px), np.float32(0.4 * width_px) - _measure_skeleton_distance(field)
        return np.asarray(np.maximum(thinned, middle), np.float32)
    background_regions, open_share = count_background_regions(field), measure_open_share(field)
    while change_px > 1:
        hole_closes = count_background_regions(field + change_px + MIN_HOLE_PX / 2) != background_regions
        area_fills = open_share > MIN_OPEN_SHARE and measure_open_share(field + change_px) < MIN_OPEN_KEPT * open_share
        if not (hole_closes or area_fills):
            break
        change_px *= 0.8
    return field + np.float32(change_px)


def count_background_regions(field: DistanceField) -> int:
    """Count the regions without ink: one around the digit, and one for each hole."""
    return count_regions((field <= 0).astype(np.uint8))


def count_regions(mask: NDArray[np.uint8]) -> int:
    """Count the connected regions of ones in a mask (H, W), without specks."""
    _, _, facts, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    return int((facts[1:, cv2.CC_STAT_AREA] >= MIN_REGION_PX).sum())


def measure_open_share(field: DistanceField) -> float:
    """Return the share of the ink's convex hull that has no ink, 0..1."""
    inside = (field > 0).astype(np.uint8)
    hull = cv2.convexHull(cv2.findNonZero(inside))
    return 1 - int(inside.sum()) / max(1.0, float(cv2.contourArea(hull)))


def _measure_skeleton_distance(field: DistanceField) -> DistanceField:
    """Return each pixel's distance to the skeleton, in pixels. The skeleton is found at half size, to save time."""
    half = (field > 0)[::2, ::2].astype(np.uint8)
    distance = cv2.distanceTransform(1 - find_skeleton(half), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    height, width = field.shape
    return np.asarray(2 * cv2.resize(distance, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
