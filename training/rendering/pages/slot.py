"""Where one digit is to be written, and strokes bent and moved there.

Strokes of any scale come in; strokes in pixels of a layer go out. Every variation of one person's writing is made here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.rendering.pages.sheet import Points, Random

WAVES = 2  # sine waves that bend a digit
FLATTEST = 1.3  # width / height of a sign; flatter ones are scaled by their width
STRETCH = (0.85, 1.15)  # range of the factor for the width


@dataclass(frozen=True)
class Slot:
    """Where a digit is to be written: the left end, the baseline and the height, in pixels. `slant` is dx / -dy."""

    left: float
    baseline: float
    height: float
    slant: float
    pen_px: float


def scale_strokes(strokes: Sequence[Points]) -> tuple[Points, ...]:
    """Scale strokes to a box that is 1 high, or FLATTEST wide if they are flatter than that, with its corner at 0."""
    points = np.concatenate(strokes)
    low, size = points.min(axis=0), np.maximum(np.ptp(points, axis=0), 1e-3)
    scale = max(size[1], size[0] / FLATTEST)
    return tuple(np.asarray((stroke - low) / scale, np.float32) for stroke in strokes)


def bend_strokes(strokes: Sequence[Points], amount: float, random: Random) -> list[Points]:
    """Imitate another writing of the same digit: sine waves displace the points by up to `amount` of the height."""
    bent = list(strokes)
    for _ in range(WAVES):
        frequency, phase, size = random.uniform(-4, 4, 2), random.uniform(0, 6.3), random.uniform(-amount, amount, 2)
        bent = [np.asarray(stroke + np.sin(stroke @ frequency + phase)[:, None] * size) for stroke in bent]
    return bent


def place_strokes(strokes: Sequence[Points], slot: Slot, random: Random) -> list[Points]:
    """Strokes about 1 high → strokes in pixels, whose ink begins at the slot's left end and stands on its baseline."""
    stretch, turn = random.uniform(*STRETCH), random.normal(0, 0.05)
    height = max(2.0, slot.height - slot.pen_px)
    matrix = np.array([[stretch, turn], [-slot.slant - turn, 1.0]]) * height  # y points down
    moved = [stroke @ matrix for stroke in strokes]
    points = np.concatenate(moved)
    low, high = points.min(axis=0), points.max(axis=0)
    offset = np.array([slot.left - low[0] + slot.pen_px / 2, slot.baseline - high[1] - slot.pen_px / 2])
    return [np.asarray(stroke + offset, np.float32) for stroke in moved]
