"""The ink of a page → its connected pieces of ink.

A frame, ruled lines and specks are left out, because they belong to no digit.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.recognition.cutout import Cutout
from shared.recognition.errors import DrawingTooLargeError
from shared.recognition.ink import STROKE_THRESHOLD, find_components, find_frame
from shared.recognition.page.pixel_box import PixelBox

PieceMap = NDArray[Any]  # (H, W) integers: the number of the piece that each pixel belongs to, 0 for the paper
PieceStats = NDArray[np.int32]  # (pieces + 1, 5): left, top, width, height and area in pixels; row 0 is the paper

# Set by hand; tests/unit/recognition/test_page.py checks them on drawn and photographed pages.
MAX_DIGITS = 100  # on one page
MAX_PIECES = 4 * MAX_DIGITS
SPECK_SHARE = 0.03  # share of the typical piece's area; smaller pieces are specks
RULE_LENGTH, RULE_DEPTH = 0.4, 0.04  # shares of the page; a ruled line is longer and flatter


@dataclass(frozen=True)
class PieceGroup:
    """One or more pieces of ink: their numbers on the piece map, the box around them, and their area in pixels."""

    pieces: tuple[int, ...]
    box: PixelBox
    area: int

    def join(self, other: "PieceGroup") -> "PieceGroup":
        """One group with the pieces of both."""
        return PieceGroup(self.pieces + other.pieces, self.box.join(other.box), self.area + other.area)


def find_pieces(ink: Cutout) -> tuple[PieceMap, list[PieceGroup]]:
    """Ink → the map (H, W) of all pieces, and one group for each piece that can belong to a digit.

    DrawingTooLargeError if there are more than MAX_PIECES, because the picture is then not a page of digits.
    """
    mask = (ink.pixels > STROKE_THRESHOLD).view(np.uint8)
    count, piece_map, counted = find_components(mask)
    stats = np.asarray(counted, np.int32)
    kept = np.arange(count) > 0
    if count > 2 and (frame := find_frame(piece_map, stats, ink)) is not None:
        kept[frame] = False
    if kept.sum() > 1:
        kept &= ~_are_ruled_lines(stats, ink.shape)
    areas = stats[:, cv2.CC_STAT_AREA]
    kept &= areas >= max(1.0, SPECK_SHARE * find_typical(areas[kept], areas[kept]))
    if kept.sum() > MAX_PIECES:
        raise DrawingTooLargeError(describe_too_many(int(kept.sum())))
    groups = []
    for piece in np.flatnonzero(kept).tolist():
        left, top, width, height, area = stats[piece].tolist()
        groups.append(PieceGroup((piece,), PixelBox(left, top, left + width, top + height), area))
    return piece_map, groups


def _are_ruled_lines(stats: PieceStats, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """For each piece: whether it is a horizontal or vertical line across the page. `shape` is that of the page."""
    (page_height, page_width), (width, height) = shape, stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].T
    horizontal = (width > RULE_LENGTH * page_width) & (height < RULE_DEPTH * page_height)
    vertical = (height > RULE_LENGTH * page_height) & (width < RULE_DEPTH * page_width / 2)
    return np.asarray(horizontal | vertical)


def find_typical(values: ArrayLike, areas: ArrayLike) -> float:
    """values (N,), areas (N,) → the median of the values weighted by area, which specks do not move. 0 if N is 0."""
    every, weights = np.asarray(values), np.asarray(areas)
    if not every.size:
        return 0.0
    order = np.argsort(every)
    weight = np.cumsum(weights[order])
    return float(every[order][np.searchsorted(weight, weight[-1] / 2)])


def describe_too_many(count: int) -> str:
    """The message of a DrawingTooLargeError for that many pieces of ink."""
    return (
        f"The picture has {count} pieces of ink, but at most {MAX_DIGITS} digits are read from one picture. "
        "Send a part of it."
    )
