"""Whether the ink on a picture is one digit on empty paper, judged by its pieces. If not, a closer look is needed.

The pieces of a digit lie beside each other: the bar of a five, the crossbar of a seven. A ring or a box around a digit,
a line under it and a second digit do not look like that.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

ComponentArray = NDArray[np.integer[Any] | np.floating[Any]]  # OpenCV's stubs give this type to integers

# Set by hand; tests/unit/recognition/test_alone.py checks them on drawn digits with and without things beside them.
WIDEST_GAP = 0.15  # share of the longer side of the largest piece
SURROUNDED_MARGIN = 0.04  # share of the longer side; a piece with this much on all four sides lies inside another
BAR_ASPECT = 2.0  # width over height of a line under a digit
CORNER_SHARE = 0.06  # of the shorter side: a box has ink in all its corners, a digit has not
LEAST_BOX = 20  # pixels: smaller boxes look like digits


def is_alone(component_map: ComponentArray, stats: ComponentArray, kept: NDArray[np.bool_]) -> bool:
    """`component_map` (H, W) and `stats` (components, 5) are OpenCV's; `kept` (components,) are the strokes."""
    pieces = np.flatnonzero(kept)
    main = int(pieces[stats[pieces, cv2.CC_STAT_AREA].argmax()])
    x, y, width, height = (int(value) for value in stats[main, :4])
    if is_box((component_map == main).view(np.uint8), (x, y, width, height)):
        return False
    return all(_is_part(stats[piece, :4], stats[main, :4]) for piece in pieces if piece != main)


def _is_part(piece: ComponentArray, main: ComponentArray) -> bool:
    """Whether a piece (left, top, width, height) may be a part of the digit whose largest piece is `main`."""
    side = float(max(main[2], main[3]))
    before = piece[:2] - main[:2]  # how far the piece begins to the right of the largest piece, and below it
    after = main[:2] + main[2:] - piece[:2] - piece[2:]
    gap = np.maximum(-before - piece[2:], -after - piece[2:]).max()
    margin = SURROUNDED_MARGIN * side
    inside = bool((before > margin).all() and (after > margin).all())
    around = bool((before < -margin).all() and (after < -margin).all())
    beneath = bool(before[1] >= main[3] and piece[2] > BAR_ASPECT * piece[3])
    return bool(gap <= WIDEST_GAP * side) and not (inside or around or beneath)


def is_box(mask: NDArray[np.uint8], bounds: Sequence[int]) -> bool:
    """Whether there is ink in all four corners of the bounding box `bounds`: left, top, width, height."""
    x, y, width, height = bounds
    if min(width, height) < LEAST_BOX:
        return False
    size = max(1, round(CORNER_SHARE * min(width, height)))
    lefts, tops = (x, x + width - size), (y, y + height - size)
    return all(mask[top : top + size, left : left + size].any() for top in tops for left in lefts)
