"""A digit's box on a page → its own ink, without the lines, boxes and neighbours around it.

The paper and the stroke are measured in and around the box alone, so that a strong frame elsewhere does not matter.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.contrast import Ink
from shared.recognition.cutout import Grey
from shared.recognition.page.pixel_box import PixelBox

Outline = NDArray[Any]  # (N, 2): x and y
Mask = NDArray[np.uint8]  # (h, w), 0 or 1

# Set by hand; tests/unit/recognition/test_cutting.py checks them on drawn digits in boxes and on ruled paper.
MARGIN_SHARE = 0.12  # of the longer side: this much around the box is cut out with it
AROUND_SHARE = 0.5  # of the longer side: this much around the box shows the paper
PAPER_SHARE = 0.75  # of the pixels around a digit are not lighter than the paper
WIDEST_STROKE = 0.5  # of the longer side: what is dark and wider lies in a shadow
SOFT_EDGE = 5  # pixels: the edge of a shadow is not sharper
INK_SHARE = 0.3  # of the stroke's contrast; less is paper
OWN_SHARE = 0.55  # of a piece of ink that lies in the box; with less it belongs to something else
LEAST_PIECE = 0.02  # of the box's area; smaller pieces are specks
MOST_SIDE = 256  # pixels: a larger digit is reduced before it is cut out
MOST_OUTLINES = 50
LONGEST_OUTLINES = 40  # times the digit's longer side, all together: an eight has 10


@dataclass(frozen=True)
class CutDigit:
    """`ink` (h, w) in 0..1 is the digit's own. `outlines` are in pixels of the page.

    `contrast` is that of the stroke to the paper, as a share of the paper's level.
    """

    ink: Ink
    contrast: float
    outlines: list[Outline]


def cut_digit(page: Grey, box: PixelBox, *, dark_ink: bool) -> CutDigit | None:
    """Cut the digit in the box out of the page. None if nothing in the box stands out from the paper."""
    scale = min(1.0, MOST_SIDE / box.longer_side)
    around = _crop(page, box, round(AROUND_SHARE * box.longer_side) + 2)
    levels = _reduce(around.pixels if dark_ink else 255 - around.pixels, scale)
    margin = round(MARGIN_SHARE * box.longer_side) + 1
    rows, columns = _scale_box(box, around.left, around.top, scale, levels.shape, margin)
    paper = _find_paper(levels, scale * box.longer_side)[rows, columns]
    contrast = paper - levels[rows, columns]
    left, top = around.left + columns.start / scale, around.top + rows.start / scale
    inner = _scale_box(box, left, top, scale, contrast.shape)
    stroke = _find_stroke(contrast[inner])
    if stroke <= 1:
        return None
    ink = np.clip((contrast / stroke - INK_SHARE / 3) / (1 - INK_SHARE / 3), 0, 1).astype(np.float32)
    own = _select_own((ink > INK_SHARE).view(np.uint8), inner)
    if not own.any():
        return None
    kept = np.where(cv2.dilate(own, np.ones((3, 3), np.uint8)) > 0, ink, np.float32(0))
    outlines = [outline / scale + (left, top) for outline in _trace(own)]
    return CutDigit(kept, stroke / max(float(paper[inner].mean()), 1.0), outlines)


@dataclass(frozen=True)
class _Crop:
    """A part of the page whose corner is at `left`, `top`."""

    pixels: Grey
    left: int
    top: int


def _crop(page: Grey, box: PixelBox, margin: int) -> _Crop:
    left, top = max(0, box.left - margin), max(0, box.top - margin)
    return _Crop(page[top : box.bottom + margin, left : box.right + margin], left, top)


def _reduce(levels: Grey, scale: float) -> Grey:
    if scale == 1:
        return levels
    return np.asarray(cv2.resize(levels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _find_paper(levels: Grey, side: float) -> NDArray[np.float32]:
    """(h, w) around a digit of that longer side → the paper in light and shadow. Dark strokes are filled from beside.

    No paper is lighter than most of the surroundings, because paper that is filled has the level of its lightest grain.
    """
    window = np.ones((max(3, round(WIDEST_STROKE * side)),) * 2, np.uint8)
    filled = cv2.morphologyEx(cv2.medianBlur(levels, 3), cv2.MORPH_CLOSE, window)
    darkest = cv2.erode(filled, np.ones((SOFT_EDGE, SOFT_EDGE), np.uint8))
    return np.minimum(darkest, _find_lightest(levels)).astype(np.float32)


def _find_lightest(levels: Grey) -> int:
    """The least level that PAPER_SHARE of the pixels do not exceed. Counting is faster than sorting them."""
    counted = np.bincount(levels.ravel(), minlength=256).cumsum()
    return int(np.searchsorted(counted, PAPER_SHARE * levels.size))


def _scale_box(
    box: PixelBox, left: float, top: float, scale: float, shape: tuple[int, ...], margin: int = 0
) -> tuple[slice, slice]:
    """Rows and columns of the box, and of a margin around it, in a part of the page; at least one of each."""
    y0, x0 = max(0, int((box.top - margin - top) * scale)), max(0, int((box.left - margin - left) * scale))
    y1 = int(np.ceil((box.bottom + margin - top) * scale))
    x1 = int(np.ceil((box.right + margin - left) * scale))
    rows = slice(min(y0, shape[0] - 1), min(shape[0], max(y1, y0 + 1)))
    return rows, slice(min(x0, shape[1] - 1), min(shape[1], max(x1, x0 + 1)))


def _find_stroke(contrast: NDArray[np.float32]) -> float:
    """The median contrast of the ink in the box, in grey levels. Otsu 1979 tells ink from paper."""
    levels = contrast.clip(0, 255).astype(np.uint8)
    threshold, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    strong = contrast[levels > threshold]
    return float(np.median(strong)) if strong.size else 0.0


def _select_own(mask: Mask, inner: tuple[slice, slice]) -> Mask:
    """The pieces of ink that lie mostly in the box. A piece that reaches far out of it is cut off at the box."""
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    inside = np.bincount(pieces[inner].ravel(), minlength=count)
    areas = stats[:, cv2.CC_STAT_AREA]
    least = LEAST_PIECE * pieces[inner].size
    own = (inside >= OWN_SHARE * areas) & (areas >= min(least, 0.5 * inside[1:].max(initial=0)))
    own[0] = False
    if not own.any() or inside[own].sum() < 0.5 * inside[1:].sum():  # the digit touches a line or its neighbour
        clipped = np.zeros_like(mask)
        clipped[inner] = mask[inner]
        return clipped
    return np.asarray(own[pieces], np.uint8)


def _trace(own: Mask) -> list[Outline]:
    """The outlines of the ink and of its holes; none if they are too many or too long to be those of a digit."""
    contours, _ = cv2.findContours(own, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if len(contours) > MOST_OUTLINES or sum(map(len, contours)) > LONGEST_OUTLINES * max(own.shape):
        return []
    return [contour.reshape(-1, 2) for contour in contours]
