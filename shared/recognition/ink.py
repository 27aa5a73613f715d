"""Grey levels → ink: 0 for paper, 1 for a full stroke, whatever the polarity, the contrast and the shading.

The paper is the commonest level where it is flat (a canvas, a scan) and a smooth surface fitted to the picture where it
is not (a photograph). Ink is what departs from it in one direction; specks and a frame around the picture are not ink.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.decoding import Grey
from shared.recognition.errors import BlankDrawingError

Ink = NDArray[np.float32]  # (H, W), 0..1
Levels = NDArray[np.float32]  # (H, W), in grey levels
Components = NDArray[np.integer[Any] | np.floating[Any]]  # as OpenCV types its integers

FLAT_TOLERANCE = 6  # levels: what JPEG makes of flat paper
FLAT_SHARE = 0.4  # of the pixels within the tolerance of the commonest level
LEAST_CONTRAST = 14.0  # levels between paper and stroke; below is dirt, not ink
LEAST_SIGNAL = 5.0  # contrast over the paper's own noise
SPECK_SHARE = 0.03  # of the largest component's area; smaller ones are specks
FIT_SIDE = 64  # pixels; a surface is fitted to a picture reduced to this
BLANK = "The drawing is blank: no ink was found on it. Draw a digit, or send a picture with more contrast."


def find_ink(grey: Grey) -> Ink:
    """(H, W) uint8 → (H, W) float32 in 0..1, specks and frame removed. BlankDrawingError where there is no ink."""
    if min(grey.shape) < 2:
        raise BlankDrawingError(BLANK)
    departure, noise = _depart_from_paper(grey)
    floor = max(LEAST_CONTRAST / 2, 2.5 * noise)
    strong = departure[departure > floor]
    if strong.size == 0:
        raise BlankDrawingError(BLANK)
    stroke_level = float(np.median(strong[strong >= _otsu_threshold(strong)]))
    if stroke_level < max(LEAST_CONTRAST, LEAST_SIGNAL * noise):
        raise BlankDrawingError(BLANK)
    paper_level = min(2.0 * noise, stroke_level / 4)
    ink = ((departure - paper_level) / (stroke_level - paper_level)).clip(0, 1).astype(np.float32)
    return _keep_strokes(ink)


def _depart_from_paper(grey: Grey) -> tuple[Levels, float]:
    """(how far each pixel departs from the paper towards ink, the paper's noise), in levels."""
    difference = grey.astype(np.float32) - _estimate_paper(grey)
    spread = np.abs(difference)
    noise = 1.4826 * float(np.median(spread))  # of a normal distribution; ink is the minority
    beyond = np.where(spread > 2 * noise, difference, 0)
    cubed = float((beyond.astype(np.float64) ** 3).sum())  # the stronger side is ink, however small its area
    return (difference if cubed >= 0 else -difference), noise


def _estimate_paper(grey: Grey) -> Levels | np.float32:
    counts = np.bincount(grey.ravel(), minlength=256)
    commonest = int(counts.argmax())
    near = counts[max(0, commonest - FLAT_TOLERANCE) : commonest + FLAT_TOLERANCE + 1].sum()
    return np.float32(commonest) if near >= FLAT_SHARE * grey.size else _fit_surface(grey)


def _fit_surface(grey: Grey) -> Levels:
    """A cubic surface through the paper, by least squares that lose interest in what lies far off (Tukey)."""
    height, width = grey.shape
    small = cv2.resize(grey, (min(FIT_SIDE, width), min(FIT_SIDE, height)), interpolation=cv2.INTER_AREA)
    levels = small.astype(np.float64).ravel()
    terms = _surface_terms(*small.shape)
    weight = np.ones_like(levels)
    for _ in range(8):
        root = np.sqrt(weight)
        coefficients = np.linalg.lstsq(terms * root[:, None], levels * root, rcond=None)[0]
        residual = levels - terms @ coefficients
        scale = max(1.0, 1.4826 * float(np.median(np.abs(residual))))
        weight = np.clip(1 - (residual / (4.685 * scale)) ** 2, 0, None) ** 2
    surface = (terms @ coefficients).reshape(small.shape).astype(np.float32)
    return np.asarray(cv2.resize(surface, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _surface_terms(height: int, width: int) -> NDArray[np.float64]:
    """(height·width, 10): the monomials up to the third degree."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    powers = [(i, j) for i in range(4) for j in range(4 - i)]
    return np.stack([(x**i * y**j).ravel() for i, j in powers], axis=1)


def _otsu_threshold(levels: Levels) -> float:
    """The level that splits `levels` best into two groups. Otsu 1979."""
    as_bytes = levels.clip(0, 255).astype(np.uint8).reshape(1, -1)
    return float(cv2.threshold(as_bytes, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[0])


def _keep_strokes(ink: Ink) -> Ink:
    """Clears what is not part of a stroke: specks, and a frame that runs along the border."""
    count, component_of, facts, _ = cv2.connectedComponentsWithStats((ink > 0.3).astype(np.uint8), connectivity=8)
    areas = facts[1:, cv2.CC_STAT_AREA]
    if count == 1:
        raise BlankDrawingError(BLANK)
    keep = areas >= SPECK_SHARE * areas.max()
    if count > 2 and (frame := _find_frame(component_of, facts)) is not None:
        keep = areas >= SPECK_SHARE * np.delete(areas, frame - 1).max()
        keep[frame - 1] = False
    if keep.all():
        return ink
    kept = np.concatenate([[False], keep])[component_of].astype(np.uint8)
    near = cv2.dilate(kept, np.ones((5, 5), np.uint8))  # the soft edge of a stroke belongs to it
    return np.where(near > 0, ink, np.float32(0))


def _find_frame(component_of: Components, facts: Components) -> int | None:
    """The component that spans the picture and lies almost wholly along its border, if there is one."""
    height, width = component_of.shape
    margin = max(1, round(0.04 * min(height, width)))
    spans = (facts[:, cv2.CC_STAT_WIDTH] >= 0.95 * width) & (facts[:, cv2.CC_STAT_HEIGHT] >= 0.95 * height)
    for index in np.flatnonzero(spans[1:]) + 1:
        inside = int((component_of[margin:-margin, margin:-margin] == index).sum())
        if inside < 0.1 * facts[index, cv2.CC_STAT_AREA]:
            return int(index)
    return None
