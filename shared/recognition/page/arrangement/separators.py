"""Separators → the place of each between two neighbouring digits of a line, if it can stand there."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.recognition.page.arrangement.pencil import Floats
from shared.recognition.page.mark import Mark

# How far the middle of a separator is below the middle of the digits beside it, in their height: lowest, highest.
HEIGHTS = {".": (0.1, 0.85), ",": (0.1, 0.95), ":": (-0.4, 0.4), "/": (-0.5, 0.5), "-": (-0.4, 0.4)}
REACH = 1.5  # digit heights: lines further from a separator are not looked at

Slots = dict[tuple[int, int], int]  # (line, place of the digit before it in that line) → place of the separator


@dataclass(frozen=True)
class Place:
    """`along` (N,) is the place along the lines, `position` (N,) that in the pencil of lines, in digit heights."""

    along: Floats
    position: Floats


def place_separators(
    marks: Sequence[Mark], places: Place, lines: Sequence[Sequence[int]], digits: Place, heights: Floats
) -> Slots:
    """The surest separator of each place between two digits. The others belong to no number."""
    middles = [float(digits.position[line].mean()) for line in lines]
    order = np.argsort(middles, kind="stable")
    keys = [middles[line] for line in order]
    centres = [digits.along[line].tolist() for line in lines]
    slots: Slots = {}
    for index, mark in enumerate(marks):
        along, position = float(places.along[index]), float(places.position[index])
        near = order[bisect_left(keys, position - REACH) : bisect_left(keys, position + REACH)].tolist()
        found = []
        for line in near:
            before = bisect_left(centres[line], along) - 1
            if 0 <= before < len(lines[line]) - 1:
                pair = list(lines[line][before : before + 2])
                offset = (position - float(digits.position[pair].mean())) / float(heights[pair].mean())
                lowest, highest = HEIGHTS[mark.sign]
                if lowest <= offset <= highest:
                    found.append((abs(offset - (lowest + highest) / 2), line, before))
        if found:
            _, line, before = min(found)
            other = slots.get((line, before))
            if other is None or marks[other].score < mark.score:
                slots[line, before] = index
    return slots
