"""The ink of a page → its digits in reading order, each with its own ink only.

It applies the rules of `pieces.py`, `grouping.py` and `lines.py`, then cuts the ink of each digit out of the page.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.contrast import Ink
from shared.recognition.cutout import Cutout
from shared.recognition.errors import BlankDrawingError, DrawingTooLargeError
from shared.recognition.ink import BLANK
from shared.recognition.page.grouping import drop_dots, group_pieces
from shared.recognition.page.lines import order_lines
from shared.recognition.page.pieces import MAX_DIGITS, PieceGroup, PieceMap, describe_too_many, find_pieces
from shared.recognition.page.pixel_box import PixelBox

Outline = NDArray[Any]  # (N, 2): x and y

MARGIN = 3  # pixels around a digit's box that are cut out with it
MAX_OUTLINES = 50  # per digit: an eight has three. A mesh has thousands, so the outlines of its holes are left out


@dataclass(frozen=True)
class InkedDigit:
    """A digit on the ink of the page. `ink` (h, w) holds only its own ink, MARGIN pixels wider than `box`.

    `line` counts from 0. `outlines` are in pixels of the page's ink, like `box`.
    """

    box: PixelBox
    line: int
    ink: Ink
    outlines: list[Outline]


def find_digits(ink: Cutout) -> list[InkedDigit]:
    """At least one digit, in reading order. Coordinates are pixels of `ink.pixels`.

    BlankDrawingError if there is no digit, DrawingTooLargeError if there are more than MAX_DIGITS.
    """
    piece_map, pieces = find_pieces(ink)
    digits = drop_dots(group_pieces(pieces))
    if not digits:
        raise BlankDrawingError(BLANK)
    if len(digits) > MAX_DIGITS:
        raise DrawingTooLargeError(describe_too_many(len(digits)))
    lines = order_lines(digits)
    return [_cut_out(ink.pixels, piece_map, digit, number) for number, line in enumerate(lines) for digit in line]


def _cut_out(ink: Ink, piece_map: PieceMap, digit: PieceGroup, line: int) -> InkedDigit:
    """Cuts the digit out of the page's ink, with the soft edges of its strokes."""
    box = digit.box
    top, left = max(0, box.top - MARGIN), max(0, box.left - MARGIN)
    here = np.s_[top : box.bottom + MARGIN, left : box.right + MARGIN]
    own = np.isin(piece_map[here], digit.pieces).view(np.uint8)
    near = cv2.dilate(own, np.ones((5, 5), np.uint8))
    holes, _ = cv2.connectedComponents(1 - own)
    mode = cv2.RETR_CCOMP if holes <= MAX_OUTLINES else cv2.RETR_EXTERNAL
    contours, _ = cv2.findContours(own, mode, cv2.CHAIN_APPROX_NONE, offset=(left, top))
    outlines = [contour.reshape(-1, 2) for contour in contours]
    return InkedDigit(box, line, np.where(near > 0, ink[here], np.float32(0)), outlines)
