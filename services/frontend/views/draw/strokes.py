"""The strokes on the canvas → whether they look like several digits, so that the page knows what to ask.

A digit may have several strokes, but they touch or nearly touch. This decides only which question is asked first:
inference finds the digits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from services.frontend.session.sheet import FabricJson, Strokes

GAP = 10  # pixels of paper; strokes of one digit are nearer to each other
MAX_STROKES = 60  # of a number; a drawing with more is no number that anybody writes on this canvas


@dataclass(frozen=True)
class StrokeBox:
    """What a stroke covers, in pixels of the canvas."""

    left: float
    top: float
    right: float
    bottom: float

    def is_near(self, other: "StrokeBox") -> bool:
        """Whether less than GAP is between them, both horizontally and vertically."""
        across = max(self.left, other.left) - min(self.right, other.right)
        down = max(self.top, other.top) - min(self.bottom, other.bottom)
        return across < GAP and down < GAP


def has_several_parts(strokes: Strokes) -> bool:
    """Whether there is paper between some strokes and the others."""
    if not 2 <= len(strokes) <= MAX_STROKES:
        return False
    return count_groups([box for stroke in strokes if (box := find_box(stroke)) is not None]) > 1


def count_groups(boxes: Sequence[StrokeBox]) -> int:
    """The number of groups, where boxes that are near to each other are in one group."""
    group = list(range(len(boxes)))
    for one, other in combinations(range(len(boxes)), 2):
        if group[one] != group[other] and boxes[one].is_near(boxes[other]):
            joined = group[other]
            group = [group[one] if each == joined else each for each in group]
    return len(set(group))


def find_box(stroke: FabricJson) -> StrokeBox | None:
    """The box of the line with its width. None if the stroke has no points."""
    points = [number for command in stroke.get("path", []) for number in command[1:]]
    if len(points) < 2:
        return None
    x, y, half = points[0::2], points[1::2], stroke.get("strokeWidth", 0) / 2
    return StrokeBox(min(x) - half, min(y) - half, max(x) + half, max(y) + half)
