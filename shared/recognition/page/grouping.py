"""Pieces of ink → one group of pieces for each digit.

The tallest pieces come first. A loose bar, a part of a broken stroke or a crossbar joins the digit next to it. A group
that stays much smaller than the others is a dot or a dash, not a digit.
"""

from collections.abc import Sequence

import numpy as np

from shared.recognition.page.pieces import PieceGroup, find_typical
from shared.recognition.page.pixel_box import PixelBox

# Set by hand; tests/unit/recognition/test_page.py checks them on drawn and photographed pages.
DOT_SHARE = 0.2  # share of the typical digit's longer side; smaller groups are dots
DASH_ASPECT = 2.5  # width over height; a group that is flatter, and no higher than a dot, is a dash
BAR_ASPECT = 1.5  # width over height; a flatter piece is a bar

PART_HEIGHT = 0.7  # share of the digit's height; a taller piece joins the digit only if the two almost touch
INSIDE_SHARE = 0.5  # least share of the piece's box that lies inside the digit's box
ALIGNED_SHARE = 0.6  # least overlap of two boxes that lie along each other, as a share of the smaller width or height
ABOVE_SHARE = 0.3  # least share of the piece's width that lies over the digit
GAP_ABOVE, GAP_BESIDE, GAP_STACKED, GAP_CRACK = 0.2, 0.1, 0.08, 0.03  # widest gaps, shares of the digit's longer side
BAR_REACH, PIECE_REACH = 0.35, 0.2  # widest gaps, shares of the piece's longer side; they keep small digits apart


def group_pieces(pieces: Sequence[PieceGroup]) -> list[PieceGroup]:
    """Starts with the tallest piece. Each piece joins the nearest digit that it is a part of, or starts a new digit."""
    digits: list[PieceGroup] = []
    for piece in sorted(pieces, key=lambda piece: -piece.box.height):
        candidates = [index for index, digit in enumerate(digits) if is_part(piece.box, digit.box)]
        if candidates:
            nearest = min(candidates, key=lambda index: _measure_gap(piece.box, digits[index].box))
            digits[nearest] = digits[nearest].join(piece)
        else:
            digits.append(piece)
    return digits


def is_part(piece: PixelBox, digit: PixelBox) -> bool:
    """Whether the piece, which is not taller than the digit, belongs to the digit."""
    overlap_x, overlap_y = piece.overlap(digit)
    side = digit.longer_side
    if overlap_x > 0 and overlap_y > 0 and overlap_x * overlap_y >= INSIDE_SHARE * piece.width * piece.height:
        return True
    if piece.height >= PART_HEIGHT * digit.height:
        narrower, lower = min(piece.width, digit.width), min(piece.height, digit.height)
        stacked = overlap_x >= ALIGNED_SHARE * narrower and -GAP_STACKED * side <= overlap_y
        cracked = overlap_y >= ALIGNED_SHARE * lower and -GAP_CRACK * side <= overlap_x <= 0
        return stacked or cracked
    reach = (BAR_REACH if piece.width > BAR_ASPECT * piece.height else PIECE_REACH) * piece.longer_side
    above = overlap_x >= ABOVE_SHARE * piece.width and -min(GAP_ABOVE * side, reach) <= overlap_y
    beside = overlap_y >= ALIGNED_SHARE * piece.height and -min(GAP_BESIDE * side, reach) <= overlap_x
    return above or beside


def drop_dots(groups: Sequence[PieceGroup]) -> list[PieceGroup]:
    """Removes dots, dashes and the remaining grain of the paper."""
    side = find_typical([group.box.longer_side for group in groups], [group.area for group in groups])

    def is_digit(group: PieceGroup) -> bool:
        box = group.box
        dash = box.height < DOT_SHARE * side and box.width > DASH_ASPECT * box.height
        return box.longer_side >= DOT_SHARE * side and not (dash and len(groups) > 1)

    return [group for group in groups if is_digit(group)]


def _measure_gap(one: PixelBox, other: PixelBox) -> float:
    """The distance between two boxes in pixels, 0 if they touch or overlap."""
    overlap_x, overlap_y = one.overlap(other)
    return float(np.hypot(min(overlap_x, 0), min(overlap_y, 0)))
