"""Grey levels → ink: 0 for paper, 1 for a full stroke, whatever the polarity, the contrast and the shading.

Ink is what departs from the paper in one direction. Specks, and a frame or the edge of the sheet along the border, are
not ink.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.cutout import Cutout
from shared.recognition.departure import Ink, Levels
from shared.recognition.errors import BlankDrawingError
from shared.recognition.paper import depart_from_paper
from shared.recognition.photograph import WORK_SIDE

Components = NDArray[np.integer[Any] | np.floating[Any]]  # as OpenCV types its integers

LEAST_CONTRAST = 14.0  # levels between paper and stroke; below is dirt, not ink
LEAST_SIGNAL = 5.0  # contrast over the paper's own noise
STROKE = 0.3  # ink above this belongs to a component
SPECK_SHARE = 0.03  # of the largest component's area; smaller ones are specks
LONE_SHARE = 0.3  # of the same in a photograph, for what lies apart from it
LONE_GAP = 0.5  # of the longer side of the largest component: what is further away lies apart
STRIP_DEPTH = 0.15  # of the picture; the edge of the sheet is no deeper
BLANK = "The drawing is blank: no ink was found on it. Draw a digit, or send a picture with more contrast."


def find_ink(grey: Cutout) -> Ink:
    """(h, w): the part with the ink on it, specks and frame removed. BlankDrawingError where there is no ink."""
    return _keep_strokes(*measure_ink(grey))


def measure_ink(grey: Cutout, work_side: int = WORK_SIDE) -> tuple[Cutout, bool]:
    """The ink with its specks, and whether the picture is photographed, which is reduced to `work_side`.

    BlankDrawingError where there is no ink.
    """
    if min(grey.shape) < 2:
        raise BlankDrawingError(BLANK)
    departure = depart_from_paper(grey, work_side)
    strong = departure.find_strong(max(LEAST_CONTRAST / 2, 2.5 * departure.noise))
    if strong.size == 0:
        raise BlankDrawingError(BLANK)
    stroke_level = _find_stroke_level(strong)
    if stroke_level < max(LEAST_CONTRAST, LEAST_SIGNAL * departure.noise):
        raise BlankDrawingError(BLANK)
    paper_level = min(2.0 * departure.noise, stroke_level / 4)
    return departure.make_ink(paper_level, stroke_level), departure.photographed


def _find_stroke_level(strong: Levels) -> float:
    """(N,) ascending → the median of the upper of the two groups into which they fall best. Otsu 1979."""
    if strong[(strong.size - 1) // 2] == strong[-1]:  # a flat stroke: the median of the upper group, whichever that is
        return float(strong[-1])
    as_bytes = strong.clip(0, 255).astype(np.uint8).reshape(1, -1)
    threshold, _ = cv2.threshold(as_bytes, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    upper = strong[np.searchsorted(strong, threshold) :]
    return float(upper[(upper.size - 1) // 2] + upper[upper.size // 2]) / 2


def _keep_strokes(ink: Cutout, photographed: bool) -> Ink:
    """Clears what is not part of a stroke; in a photograph the haze of the paper as well."""
    mask = (ink.pixels > STROKE).view(np.uint8)
    if not photographed and cv2.connectedComponents(mask, connectivity=8)[0] == 2:  # one and the paper: most digits
        return ink.pixels
    count, component_of, facts, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count == 1:
        raise BlankDrawingError(BLANK)
    areas = facts[:, cv2.CC_STAT_AREA].astype(np.int64)
    areas[0] = 0  # the paper
    if count > 2 and (frame := find_frame(component_of, facts, ink)) is not None:
        areas[frame] = 0
    keep = areas >= max(1, SPECK_SHARE * areas.max())
    if photographed:
        keep &= (areas >= LONE_SHARE * areas.max()) | _is_near(facts, facts[areas.argmax()])
    if keep[1:].all() and not photographed:
        return ink.pixels
    near = cv2.dilate(keep[component_of].astype(np.uint8), np.ones((5, 5), np.uint8))
    return np.where(near > 0, ink.pixels, np.float32(0))  # with the soft edges of the strokes that are kept


def _is_near(facts: Components, largest: Components) -> NDArray[np.bool_]:
    """For each component, whether the gap between its box and that of the largest is narrow."""
    gap = LONE_GAP * max(largest[cv2.CC_STAT_WIDTH], largest[cv2.CC_STAT_HEIGHT])
    near = np.ones(len(facts), np.bool_)
    for start, length in ((cv2.CC_STAT_LEFT, cv2.CC_STAT_WIDTH), (cv2.CC_STAT_TOP, cv2.CC_STAT_HEIGHT)):
        ends = facts[:, start] + facts[:, length]
        near &= (facts[:, start] < largest[start] + largest[length] + gap) & (ends > largest[start] - gap)
    return near


def find_frame(component_of: Components, facts: Components, ink: Cutout) -> int | None:
    """The largest component that is a strip along one side, or a box around everything, where other ink is inside."""
    largest_first = np.argsort(-facts[1:, cv2.CC_STAT_AREA]) + 1
    for index in largest_first[:4]:
        if _is_strip(index, facts, ink) or _is_box(index, component_of, facts, ink.shape):
            return int(index)
    return None


def _is_strip(index: int, facts: Components, ink: Cutout) -> bool:
    """Spans a side, touches it, is shallow; unlike a loose bar of a tightly cropped digit, only it touches a border."""
    height, width = ink.shape
    w, h = facts[index, cv2.CC_STAT_WIDTH], facts[index, cv2.CC_STAT_HEIGHT]
    touches = _find_touched_sides(facts, ink)
    left, top, right, bottom = touches[index]
    lying = w >= 0.95 * width and h <= STRIP_DEPTH * height and (top or bottom)
    upright = h >= 0.95 * height and w <= STRIP_DEPTH * width and (left or right)
    return bool(lying or upright) and not np.delete(touches, (0, index), axis=0).any()


def _find_touched_sides(facts: Components, ink: Cutout) -> NDArray[np.bool_]:
    """(components, 4): whether each touches the left, upper, right and lower border of the picture."""
    height, width = ink.shape
    x, y = facts[:, cv2.CC_STAT_LEFT] + ink.column, facts[:, cv2.CC_STAT_TOP] + ink.row
    right, bottom = x + facts[:, cv2.CC_STAT_WIDTH], y + facts[:, cv2.CC_STAT_HEIGHT]
    return np.stack([x == 0, y == 0, right == width, bottom == height], axis=1)


def _is_box(index: int, component_of: Components, facts: Components, shape: tuple[int, int]) -> bool:
    """Spans most of the picture, has ink in its four corners and almost none within."""
    x, y, w, h, area = (int(fact) for fact in facts[index, :5])
    if w < 0.7 * shape[1] or h < 0.7 * shape[0]:
        return False
    box = component_of[y : y + h, x : x + w] == index
    corner, margin = max(1, round(0.04 * min(w, h))), max(1, round(0.08 * min(w, h)))
    corners = (box[:corner, :corner], box[:corner, -corner:], box[-corner:, :corner], box[-corner:, -corner:])
    return all(part.any() for part in corners) and int(box[margin:-margin, margin:-margin].sum()) < 0.1 * area
