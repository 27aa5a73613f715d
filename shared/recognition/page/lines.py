"""Digits of a page → lines in reading order: from top to bottom, each line from left to right."""

from collections.abc import Sequence

import numpy as np

from shared.recognition.page.pieces import PieceGroup
from shared.recognition.page.pixel_box import PixelBox

SAME_LINE_SHARE = 0.4  # least overlap of two neighbours on one line, as a share of the smaller height; set by hand


def order_lines(digits: Sequence[PieceGroup]) -> list[list[PieceGroup]]:
    """Adds each digit, from left to right, to the line whose last digit is beside it. So a line may slope."""
    lines: list[list[PieceGroup]] = []
    for digit in sorted(digits, key=lambda digit: digit.box.left):
        beside = [line for line in lines if _share_height(digit.box, line[-1].box) >= SAME_LINE_SHARE]
        if beside:
            max(beside, key=lambda line: _share_height(digit.box, line[-1].box)).append(digit)
        else:
            lines.append([digit])
    return sorted(lines, key=lambda line: float(np.mean([digit.box.top + digit.box.bottom for digit in line])))


def _share_height(one: PixelBox, other: PixelBox) -> float:
    """The vertical overlap as a share of the smaller height; negative if one box lies below the other."""
    return one.overlap(other)[1] / min(one.height, other.height)
