"""Grey levels → ink: 0 for paper, 1 for a full stroke, whatever the polarity, the contrast and the shading.

Ink has contrast to the paper in one direction: it is either darker or lighter. Specks, a frame, and the edge of the
sheet along the border of the picture are removed.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.alone import ComponentArray, is_alone, is_box
from shared.recognition.contrast import Ink, Levels
from shared.recognition.cutout import Cutout
from shared.recognition.errors import BlankDrawingError, DrawingTooLargeError, TakesLongError
from shared.recognition.paper import measure_contrast
from shared.recognition.photograph import WHITE

# Set by hand; tests/unit/recognition/test_preprocessing.py and test_photograph.py check them on pictures of each kind.
LEAST_CONTRAST = 14.0  # grey levels between paper and stroke; less contrast is dirt, not ink
LEAST_SIGNAL = 5.0  # contrast of the stroke, in standard deviations of the paper's noise
STROKE_THRESHOLD = 0.3  # ink above this belongs to a component
FAINT_INK = 0.1  # ink above this would count for the size of the digit
FAINT_REACH = 0.05  # share of the longer side of the strokes; soft edges do not reach further
SPECK_SHARE = 0.03  # share of the largest component's area; smaller components are specks
LONE_SHARE = 0.3  # share of the largest component's area; in a photograph, smaller ones far from it are specks
LONE_GAP = 0.5  # share of the longer side of the largest component; a component with a wider gap is far from it
STRIP_DEPTH = 0.15  # share of the picture; the edge of the sheet is not deeper
MAX_COMPONENTS = 100_000  # specks included; measuring each takes 300 bytes
BLANK = "The drawing is blank: no ink was found on it. Draw a digit, or send a picture with more contrast."


@dataclass(frozen=True)
class Strokes:
    """`ink` (h, w) without specks, frame and faint marks. `alone`: nothing but one digit seems to be on the picture.

    `picture` is the height and width of the whole picture at the scale of the ink. `contrast` to the paper is 0..1,
    where 1 is black on white.
    """

    ink: Ink
    alone: bool
    picture: tuple[int, int]
    contrast: float


def find_ink(grey: Cutout) -> Ink:
    """(H, W) → (h, w): the part with the ink. BlankDrawingError if there is no ink."""
    return find_strokes(grey).ink


def find_strokes(grey: Cutout, *, quick: bool = False) -> Strokes:
    """(H, W) → the ink, and whether it is one digit on empty paper. BlankDrawingError if there is no ink.

    `quick`: TakesLongError if the paper is not flat, or if there may be more than one digit.
    """
    measured = _measure_ink(grey, quick=quick)
    ink, alone = _keep_strokes(measured.ink, measured.photographed)
    if quick and not alone:
        raise TakesLongError
    return Strokes(ink, alone, measured.ink.shape, measured.contrast)


@dataclass(frozen=True)
class _MeasuredInk:
    """The ink, still with its specks, and whether the picture is a photograph, which is then reduced."""

    ink: Cutout
    photographed: bool
    contrast: float


def _measure_ink(grey: Cutout, *, quick: bool) -> _MeasuredInk:
    """BlankDrawingError if there is no ink. `quick`: TakesLongError if the paper is not flat."""
    if min(grey.shape) < 2:
        raise BlankDrawingError(BLANK)
    contrast = measure_contrast(grey, quick=quick)
    strong = contrast.find_strong(max(LEAST_CONTRAST / 2, 2.5 * contrast.noise))
    if strong.size == 0:
        raise BlankDrawingError(BLANK)
    stroke_level = _find_stroke_level(strong)
    if stroke_level < max(LEAST_CONTRAST, LEAST_SIGNAL * contrast.noise):
        raise BlankDrawingError(BLANK)
    paper_level = min(2.0 * contrast.noise, stroke_level / 4)
    greatest = WHITE if contrast.photographed else 255
    ink = contrast.make_ink(paper_level, stroke_level)
    return _MeasuredInk(ink, contrast.photographed, min(1.0, stroke_level / greatest))


def _find_stroke_level(strong: Levels) -> float:
    """Splits the contrasts (N,), ascending, into two groups (Otsu 1979) → the median of the upper group."""
    if strong[(strong.size - 1) // 2] == strong[-1]:
        return float(strong[-1])  # half of them or more are equal, which makes this the median of any upper group
    as_bytes = strong.clip(0, 255).astype(np.uint8).reshape(1, -1)
    threshold, _ = cv2.threshold(as_bytes, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    upper = strong[np.searchsorted(strong, threshold) :]
    return float(upper[(upper.size - 1) // 2] + upper[upper.size // 2]) / 2


def _keep_strokes(ink: Cutout, photographed: bool) -> tuple[Ink, bool]:
    """Removes all ink that is not part of a stroke, in a photograph also the faint haze of the paper.

    The second value is whether nothing but one digit seems to be on the picture.
    """
    mask = (ink.pixels > STROKE_THRESHOLD).view(np.uint8)
    if not photographed and cv2.connectedComponents(mask, connectivity=8)[0] == 2:
        return _keep_only_stroke(ink.pixels, mask)
    count, component_map, stats = _find_components(mask)
    if count == 1:
        raise BlankDrawingError(BLANK)
    areas = stats[:, cv2.CC_STAT_AREA].astype(np.int64)
    areas[0] = 0  # the paper
    framed = count > 2 and (frame := _find_frame(component_map, stats, ink)) is not None
    if framed:
        areas[frame] = 0
    keep = areas >= max(1, SPECK_SHARE * areas.max())
    if photographed:
        keep &= (areas >= LONE_SHARE * areas.max()) | _is_near(stats, stats[areas.argmax()])
    alone = not framed and is_alone(component_map, stats, keep)
    if keep[1:].all() and not photographed and not _has_faint_marks(ink.pixels, mask):
        return ink.pixels, alone
    return _clear_around(ink.pixels, keep[component_map].astype(np.uint8)), alone


def _keep_only_stroke(ink: Ink, mask: NDArray[np.uint8]) -> tuple[Ink, bool]:
    """The same for ink in one piece, as in most digits, in less time."""
    alone = not is_box(mask, cv2.boundingRect(mask))
    return _clear_around(ink, mask) if _has_faint_marks(ink, mask) else ink, alone


def _clear_around(ink: Ink, strokes: NDArray[np.uint8]) -> Ink:
    """Removes the ink that is not at the strokes (h, w), whose soft edges are kept."""
    return np.where(cv2.dilate(strokes, np.ones((5, 5), np.uint8)) > 0, ink, np.float32(0))


def _has_faint_marks(ink: Ink, mask: NDArray[np.uint8]) -> bool:
    """Whether faint ink reaches further than the soft edges of the strokes: guides, ghosts of erased digits, stamps."""
    left, top, width, height = cv2.boundingRect(mask)
    reach = max(3, round(FAINT_REACH * max(width, height)))
    sides = (
        ink[: max(0, top - reach)],
        ink[top + height + reach :],
        ink[:, : max(0, left - reach)],
        ink[:, left + width + reach :],
    )
    return any(side.size and float(side.max()) > FAINT_INK for side in sides)


def _find_components(mask: NDArray[np.uint8]) -> tuple[int, ComponentArray, ComponentArray]:
    """OpenCV's components, 8-connected: their number with the paper, the map (H, W), and `stats` (components, 5).

    DrawingTooLargeError if there are more than MAX_COMPONENTS.
    """
    could_be_too_many = mask.size > 4 * MAX_COMPONENTS  # of four neighbours, only one can be a component of its own
    if could_be_too_many and cv2.connectedComponents(mask, connectivity=8)[0] > MAX_COMPONENTS:
        raise DrawingTooLargeError(
            f"The picture has more than {MAX_COMPONENTS:,} specks. Send a smaller picture, or one without the noise."
        )
    return cv2.connectedComponentsWithStats(mask, connectivity=8)[:3]


def _is_near(stats: ComponentArray, largest: ComponentArray) -> NDArray[np.bool_]:
    """For each component: whether the gap between its box and the box of the largest component is narrow."""
    gap = LONE_GAP * max(largest[cv2.CC_STAT_WIDTH], largest[cv2.CC_STAT_HEIGHT])
    near = np.ones(len(stats), np.bool_)
    for start, length in ((cv2.CC_STAT_LEFT, cv2.CC_STAT_WIDTH), (cv2.CC_STAT_TOP, cv2.CC_STAT_HEIGHT)):
        ends = stats[:, start] + stats[:, length]
        near &= (stats[:, start] < largest[start] + largest[length] + gap) & (ends > largest[start] - gap)
    return near


def _find_frame(component_map: ComponentArray, stats: ComponentArray, ink: Cutout) -> int | None:
    """The number of the component that is a strip along one side or a box around the drawing. None if there is none.

    Only the four largest components are considered. `component_map` (H, W), `stats` (components, 5) are OpenCV's.
    """
    largest_first = np.argsort(-stats[1:, cv2.CC_STAT_AREA]) + 1
    for index in largest_first[:4]:
        if _is_strip(index, stats, ink) or _is_box(index, component_map, stats, ink.shape):
            return int(index)
    return None


def _is_strip(index: int, stats: ComponentArray, ink: Cutout) -> bool:
    """Whether the component is a flat strip along a whole side of the picture.

    No other component may touch the border, since the strip could then be the bar of a tightly cropped digit.
    """
    height, width = ink.shape
    w, h = stats[index, cv2.CC_STAT_WIDTH], stats[index, cv2.CC_STAT_HEIGHT]
    touches = _find_touched_sides(stats, ink)
    left, top, right, bottom = touches[index]
    horizontal = w >= 0.95 * width and h <= STRIP_DEPTH * height and (top or bottom)
    vertical = h >= 0.95 * height and w <= STRIP_DEPTH * width and (left or right)
    return bool(horizontal or vertical) and not np.delete(touches, (0, index), axis=0).any()


def _find_touched_sides(stats: ComponentArray, ink: Cutout) -> NDArray[np.bool_]:
    """(components, 4): whether each component touches the left, upper, right and lower border of the picture."""
    height, width = ink.shape
    x, y = stats[:, cv2.CC_STAT_LEFT] + ink.column, stats[:, cv2.CC_STAT_TOP] + ink.row
    right, bottom = x + stats[:, cv2.CC_STAT_WIDTH], y + stats[:, cv2.CC_STAT_HEIGHT]
    return np.stack([x == 0, y == 0, right == width, bottom == height], axis=1)


def _is_box(index: int, component_map: ComponentArray, stats: ComponentArray, shape: tuple[int, int]) -> bool:
    """Whether the component spans most of the picture, with ink in its four corners and almost none inside."""
    x, y, w, h, area = (int(value) for value in stats[index, :5])
    if w < 0.7 * shape[1] or h < 0.7 * shape[0]:
        return False
    box = component_map[y : y + h, x : x + w] == index
    corner, margin = max(1, round(0.04 * min(w, h))), max(1, round(0.08 * min(w, h)))
    corners = (box[:corner, :corner], box[:corner, -corner:], box[-corner:, :corner], box[-corner:, -corner:])
    return all(part.any() for part in corners) and int(box[margin:-margin, margin:-margin].sum()) < 0.1 * area
