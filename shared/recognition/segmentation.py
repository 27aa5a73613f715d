"""The ink of a page → its digits, each with its own ink alone, in reading order.

Connected pieces of ink are grouped, the tallest first: a loose bar, a broken stroke or a crossbar joins the digit that
it lies at. What stays far smaller than the rest is a dot or a speck and no digit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.recognition.cutout import Cutout
from shared.recognition.departure import Ink
from shared.recognition.errors import BlankDrawingError, DrawingTooLargeError
from shared.recognition.ink import BLANK, STROKE, find_frame

Labels = NDArray[Any]  # (H, W) integers: which piece each pixel belongs to, 0 for the paper
Outline = NDArray[Any]  # (N, 2) x and y

MAX_DIGITS = 100
MAX_OUTLINES = 50  # of one digit: an eight has three; a mesh has thousands, and its holes are left out
MAX_PIECES = 4 * MAX_DIGITS
SPECK_SHARE = 0.03  # of the typical piece's area; smaller ones are specks
DOT_SHARE = 0.2  # of the typical digit's longer side; smaller ones are dots
RULE_LENGTH, RULE_DEPTH = 0.4, 0.04  # of the page: a ruled line is longer and flatter
DASH = 2.5  # times as wide as high, and no higher than a dot: a dash

PART = 0.7  # of a digit's height; what is higher is no part of it, unless they nearly touch
WITHIN = 0.5  # of its own box inside the digit's
STACKED = 0.6  # of the narrower one's width over the other, of the lower one's height beside the other
ABOVE = 0.3  # of its width over the digit
GAP_ABOVE, GAP_BESIDE, GAP_STACKED, CRACK = 0.2, 0.1, 0.08, 0.03  # of the digit's longer side
BAR = 1.5  # times as wide as high, and more: a bar
BAR_REACH, REACH = 0.35, 0.2  # of its own longer side: small digits above a large one are further off
SAME_LINE = 0.4  # of the lower one's height beside the other


@dataclass(frozen=True)
class Box:
    """In pixels; `right` and `bottom` are the first that are outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """At least one."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """At least one."""
        return self.bottom - self.top

    @property
    def side(self) -> int:
        """The longer one."""
        return max(self.width, self.height)

    def join(self, other: "Box") -> "Box":
        """Around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def overlap(self, other: "Box") -> tuple[int, int]:
        """In x and in y; negative where there is a gap."""
        return (
            min(self.right, other.right) - max(self.left, other.left),
            min(self.bottom, other.bottom) - max(self.top, other.top),
        )


@dataclass(frozen=True)
class Group:
    """Pieces that make one digit: `labels` of the pieces, the box around them, and their pixels' number."""

    labels: tuple[int, ...]
    box: Box
    area: int

    def join(self, other: "Group") -> "Group":
        """Both as one."""
        return Group(self.labels + other.labels, self.box.join(other.box), self.area + other.area)


@dataclass(frozen=True)
class InkedDigit:
    """`ink` is what of the page's ink is its own, within `box` and a little around; `line` counts from 0."""

    box: Box
    line: int
    ink: Ink
    outlines: list[Outline]  # on the page


def find_digits(ink: Cutout) -> list[InkedDigit]:
    """In reading order, at least one; on the pixels of `ink`. BlankDrawingError, DrawingTooLargeError."""
    labels, pieces = find_pieces(ink)
    groups = drop_dots(group_pieces(pieces))
    if not groups:
        raise BlankDrawingError(BLANK)
    if len(groups) > MAX_DIGITS:
        raise DrawingTooLargeError(_too_many(len(groups)))
    lines = order_lines(groups)
    return [_cut(ink.pixels, labels, group, number) for number, line in enumerate(lines) for group in line]


def find_pieces(ink: Cutout) -> tuple[Labels, list[Group]]:
    """Which piece each pixel belongs to, and the pieces; a frame, ruled lines and specks are none.

    DrawingTooLargeError where so many are left that the picture shows no page of digits.
    """
    mask = (ink.pixels > STROKE).view(np.uint8)
    count, labels, counted, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    facts = np.asarray(counted, np.int32)
    kept = np.arange(count) > 0
    if count > 2 and (frame := find_frame(labels, facts, ink)) is not None:
        kept[frame] = False
    if kept.sum() > 1:
        kept &= ~_are_rules(facts, ink.shape)
    areas = facts[:, cv2.CC_STAT_AREA]
    kept &= areas >= max(1.0, SPECK_SHARE * _find_typical(areas[kept], areas[kept]))
    if kept.sum() > MAX_PIECES:
        raise DrawingTooLargeError(_too_many(int(kept.sum())))
    pieces = []
    for label in np.flatnonzero(kept).tolist():
        left, top, width, height, area = facts[label].tolist()
        pieces.append(Group((label,), Box(left, top, left + width, top + height), area))
    return labels, pieces


def _are_rules(facts: NDArray[np.int32], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Which are lines across the page, either way."""
    (height, width), (across, down) = shape, facts[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].T
    lying = (across > RULE_LENGTH * width) & (down < RULE_DEPTH * height)
    upright = (down > RULE_LENGTH * height) & (across < RULE_DEPTH * width / 2)
    return np.asarray(lying | upright)


def group_pieces(pieces: Sequence[Group]) -> list[Group]:
    """The tallest first, each joins the nearest digit that it is a part of, else begins one."""
    groups: list[Group] = []
    for piece in sorted(pieces, key=lambda piece: -piece.box.height):
        fitting = [place for place, group in enumerate(groups) if is_part(piece.box, group.box)]
        if fitting:
            nearest = min(fitting, key=lambda place: _gap(piece.box, groups[place].box))
            groups[nearest] = groups[nearest].join(piece)
        else:
            groups.append(piece)
    return groups


def is_part(piece: Box, digit: Box) -> bool:
    """Whether a piece, no taller than the digit, belongs to it."""
    across, down = piece.overlap(digit)
    side = digit.side
    if across > 0 and down > 0 and across * down >= WITHIN * piece.width * piece.height:
        return True
    if piece.height >= PART * digit.height:
        narrower, lower = min(piece.width, digit.width), min(piece.height, digit.height)
        stacked = across >= STACKED * narrower and -GAP_STACKED * side <= down
        cracked = down >= STACKED * lower and -CRACK * side <= across <= 0
        return stacked or cracked
    reach = (BAR_REACH if piece.width > BAR * piece.height else REACH) * piece.side
    above = across >= ABOVE * piece.width and -min(GAP_ABOVE * side, reach) <= down
    beside = down >= STACKED * piece.height and -min(GAP_BESIDE * side, reach) <= across
    return above or beside


def drop_dots(groups: Sequence[Group]) -> list[Group]:
    """What is left of the grain of the paper, dots and dashes."""
    side = _find_typical([group.box.side for group in groups], [group.area for group in groups])

    def is_digit(group: Group) -> bool:
        box = group.box
        dash = box.height < DOT_SHARE * side and box.width > DASH * box.height
        return box.side >= DOT_SHARE * side and not (dash and len(groups) > 1)

    return [group for group in groups if is_digit(group)]


def order_lines(groups: Sequence[Group]) -> list[list[Group]]:
    """Lines from the top down, each from left to right; a line may slope."""
    lines: list[list[Group]] = []
    for group in sorted(groups, key=lambda group: group.box.left):
        beside = [line for line in lines if _share_beside(group.box, line[-1].box) >= SAME_LINE]
        if beside:
            max(beside, key=lambda line: _share_beside(group.box, line[-1].box)).append(group)
        else:
            lines.append([group])
    return sorted(lines, key=lambda line: float(np.mean([group.box.top + group.box.bottom for group in line])))


def _share_beside(one: Box, other: Box) -> float:
    """Of the lower one's height."""
    return one.overlap(other)[1] / min(one.height, other.height)


def _gap(one: Box, other: Box) -> float:
    across, down = one.overlap(other)
    return float(np.hypot(min(across, 0), min(down, 0)))


def _find_typical(values: ArrayLike, areas: ArrayLike) -> float:
    """The median of the values, each weighing as much as its ink: specks do not move it."""
    every, weights = np.asarray(values), np.asarray(areas)
    if not every.size:
        return 0.0
    order = np.argsort(every)
    weight = np.cumsum(weights[order])
    return float(every[order][np.searchsorted(weight, weight[-1] / 2)])


def _cut(ink: Ink, labels: Labels, group: Group, line: int) -> InkedDigit:
    """With the soft edges of its strokes."""
    box, margin = group.box, 3
    top, left = max(0, box.top - margin), max(0, box.left - margin)
    here = np.s_[top : box.bottom + margin, left : box.right + margin]
    own = np.isin(labels[here], group.labels).view(np.uint8)
    near = cv2.dilate(own, np.ones((5, 5), np.uint8))
    holes, _ = cv2.connectedComponents(1 - own)
    mode = cv2.RETR_CCOMP if holes <= MAX_OUTLINES else cv2.RETR_EXTERNAL
    contours, _ = cv2.findContours(own, mode, cv2.CHAIN_APPROX_NONE, offset=(left, top))
    outlines = [contour.reshape(-1, 2) for contour in contours]
    return InkedDigit(box, line, np.where(near > 0, ink[here], np.float32(0)), outlines)


def _too_many(count: int) -> str:
    return f"{count} pieces of ink were found on the picture; at most {MAX_DIGITS} digits are read. Send a part of it."
