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
BAND_ROWS = 256
MAX_OUTLINES = 50  # per digit: an eight has three. Those of the holes of a mesh are left out
LONGEST_OUTLINES = 40  # times the digit's longer side, all together: an eight has 10. Those of a comb are left out
MAX_OVERLAP = 4  # times the pixels of the page: all boxes together. Digits beside each other have less than 1


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
    _check_overlap(digits, piece_map)
    lines = order_lines(digits)
    return [_cut_out(ink.pixels, piece_map, digit, number) for number, line in enumerate(lines) for digit in line]


def _check_overlap(digits: list[PieceGroup], piece_map: PieceMap) -> None:
    """DrawingTooLargeError if the boxes lie over each other so often that cutting them out would take long."""
    if sum(digit.box.width * digit.box.height for digit in digits) > MAX_OVERLAP * piece_map.size:
        raise DrawingTooLargeError("The pieces of ink on the picture lie over each other. Send a part of it.")


def _cut_out(ink: Ink, piece_map: PieceMap, digit: PieceGroup, line: int) -> InkedDigit:
    """Cuts the digit out of the page's ink, with the soft edges of its strokes."""
    box = digit.box
    top, left = max(0, box.top - MARGIN), max(0, box.left - MARGIN)
    here = np.s_[top : box.bottom + MARGIN, left : box.right + MARGIN]
    own = _select(piece_map[here], digit.pieces)
    outlines = _trace(own, (left, top), LONGEST_OUTLINES * box.longer_side)
    near = cv2.dilate(own, np.ones((5, 5), np.uint8))
    return InkedDigit(box, line, np.where(near > 0, ink[here], np.float32(0)), outlines)


def _select(piece_map: PieceMap, pieces: tuple[int, ...]) -> NDArray[np.uint8]:
    """(H, W): 1 for the pixels of these pieces. In bands, because `isin` takes many bytes a pixel."""
    bands = [np.isin(piece_map[top : top + BAND_ROWS], pieces) for top in range(0, len(piece_map), BAND_ROWS)]
    return np.concatenate(bands).view(np.uint8)


def _trace(own: NDArray[np.uint8], corner: tuple[int, int], most_points: int) -> list[Outline]:
    """The outlines of the ink and of its holes; none if they have more than `most_points` points together."""
    if _count_border(own) > most_points:
        return []  # before they take time and memory
    holes = cv2.connectedComponents(1 - own, connectivity=4)[0]  # ink touches at corners, so its holes do not
    mode = cv2.RETR_CCOMP if holes <= MAX_OUTLINES else cv2.RETR_EXTERNAL
    contours, _ = cv2.findContours(own, mode, cv2.CHAIN_APPROX_NONE, offset=corner)
    return [contour.reshape(-1, 2) for contour in contours]


def _count_border(own: NDArray[np.uint8]) -> int:
    """The number of ink pixels beside paper. Outlines have up to twice as many points, where a line is thin."""
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    return cv2.countNonZero(own) - cv2.countNonZero(cv2.erode(own, cross))
