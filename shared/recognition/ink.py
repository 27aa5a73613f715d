"""Grey levels → ink: 0 for paper, 1 for a full stroke, whatever the polarity, the contrast and the shading.

Ink is what departs from the paper in one direction. Specks, and a frame or the edge of the sheet along the border, are
not ink.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.decoding import Grey
from shared.recognition.errors import BlankDrawingError
from shared.recognition.paper import Levels, depart_from_paper

Ink = NDArray[np.float32]  # (H, W), 0..1
Components = NDArray[np.integer[Any] | np.floating[Any]]  # as OpenCV types its integers

LEAST_CONTRAST = 14.0  # levels between paper and stroke; below is dirt, not ink
LEAST_SIGNAL = 5.0  # contrast over the paper's own noise
STROKE = 0.3  # ink above this belongs to a component
SPECK_SHARE = 0.03  # of the largest component's area; smaller ones are specks
LONE_SHARE = 0.3  # of the same in a photograph, for what lies apart from it
LONE_GAP = 0.5  # of the longer side of the largest component: what is further away lies apart
STRIP_DEPTH = 0.15  # of the picture; the edge of the sheet is no deeper
BLANK = "The drawing is blank: no ink was found on it. Draw a digit, or send a picture with more contrast."


def find_ink(grey: Grey) -> Ink:
    """(H, W) uint8 → (H, W) float32 in 0..1, specks and frame removed. BlankDrawingError where there is no ink."""
    if min(grey.shape) < 2:
        raise BlankDrawingError(BLANK)
    departure = depart_from_paper(grey)
    floor = max(LEAST_CONTRAST / 2, 2.5 * departure.noise)
    strong = departure.levels[departure.levels > floor]
    if strong.size == 0:
        raise BlankDrawingError(BLANK)
    stroke_level = float(np.median(strong[strong >= _otsu_threshold(strong)]))
    if stroke_level < max(LEAST_CONTRAST, LEAST_SIGNAL * departure.noise):
        raise BlankDrawingError(BLANK)
    paper_level = min(2.0 * departure.noise, stroke_level / 4)
    ink = ((departure.levels - paper_level) / (stroke_level - paper_level)).clip(0, 1).astype(np.float32)
    return _keep_strokes(ink, departure.photographed)


def _otsu_threshold(levels: Levels) -> float:
    """The level that splits `levels` best into two groups. Otsu 1979."""
    as_bytes = levels.clip(0, 255).astype(np.uint8).reshape(1, -1)
    return float(cv2.threshold(as_bytes, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[0])


def _keep_strokes(ink: Ink, photographed: bool) -> Ink:
    """Clears what is not part of a stroke; in a photograph the haze of the paper as well."""
    mask = (ink > STROKE).astype(np.uint8)
    count, component_of, facts, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count == 1:
        raise BlankDrawingError(BLANK)
    areas = facts[:, cv2.CC_STAT_AREA].astype(np.int64)
    areas[0] = 0  # the paper
    if count > 2 and (frame := _find_frame(component_of, facts)) is not None:
        areas[frame] = 0
    keep = areas >= max(1, SPECK_SHARE * areas.max())
    if photographed:
        keep &= (areas >= LONE_SHARE * areas.max()) | _is_near(facts, facts[areas.argmax()])
    if keep[1:].all() and not photographed:
        return ink
    near = cv2.dilate(keep[component_of].astype(np.uint8), np.ones((5, 5), np.uint8))
    return np.where(near > 0, ink, np.float32(0))  # with the soft edges of the strokes that are kept


def _is_near(facts: Components, largest: Components) -> NDArray[np.bool_]:
    """For each component, whether the gap between its box and that of the largest is narrow."""
    gap = LONE_GAP * max(largest[cv2.CC_STAT_WIDTH], largest[cv2.CC_STAT_HEIGHT])
    near = np.ones(len(facts), np.bool_)
    for start, length in ((cv2.CC_STAT_LEFT, cv2.CC_STAT_WIDTH), (cv2.CC_STAT_TOP, cv2.CC_STAT_HEIGHT)):
        ends = facts[:, start] + facts[:, length]
        near &= (facts[:, start] < largest[start] + largest[length] + gap) & (ends > largest[start] - gap)
    return near


def _find_frame(component_of: Components, facts: Components) -> int | None:
    """The largest component that is a strip along one side, or a box around everything, where other ink is inside."""
    largest_first = np.argsort(-facts[1:, cv2.CC_STAT_AREA]) + 1
    for index in largest_first[:4]:
        if _is_strip(index, component_of, facts) or _is_box(component_of == index, facts[index]):
            return int(index)
    return None


def _is_strip(index: int, component_of: Components, facts: Components) -> bool:
    """Spans a side, touches it, is shallow; unlike a loose bar of a tightly cropped digit, only it touches a border."""
    height, width = component_of.shape
    x, y, w, h = (int(fact) for fact in facts[index, :4])
    lying = w >= 0.95 * width and h <= STRIP_DEPTH * height and (y == 0 or y + h == height)
    upright = h >= 0.95 * height and w <= STRIP_DEPTH * width and (x == 0 or x + w == width)
    if not (lying or upright):
        return False
    others = (component_of != 0) & (component_of != index)
    return not (others[0].any() or others[-1].any() or others[:, 0].any() or others[:, -1].any())


def _is_box(component: NDArray[np.bool_], facts: Components) -> bool:
    """Spans most of the picture, has ink in its four corners and almost none within."""
    x, y, w, h, area = (int(fact) for fact in facts[:5])
    if w < 0.7 * component.shape[1] or h < 0.7 * component.shape[0]:
        return False
    box = component[y : y + h, x : x + w]
    corner, margin = max(1, round(0.04 * min(w, h))), max(1, round(0.08 * min(w, h)))
    corners = (box[:corner, :corner], box[:corner, -corner:], box[-corner:, :corner], box[-corner:, -corner:])
    return all(part.any() for part in corners) and int(box[margin:-margin, margin:-margin].sum()) < 0.1 * area
