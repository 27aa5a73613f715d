"""The strokes on the canvas → whether they look like several digits, so that the page knows what to ask.

A digit may have several strokes, but they touch or nearly touch. Only what the eraser has left counts. This decides
only which question is asked first: inference finds the digits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from services.frontend.session.sheet import FabricJson, Strokes, is_erasure
from services.frontend.views.draw.erasing import Line, find_left_over

GAP = 10  # pixels of paper; strokes of one digit are nearer to each other
MAX_STROKES = 60  # of a number; a drawing with more is no number that anybody writes on this canvas


@dataclass(frozen=True)
class StrokeBox:
    """What a line covers, in pixels of the canvas."""

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
    return count_groups([find_box(line) for line in find_lines(strokes)]) > 1


def find_lines(strokes: Strokes) -> list[Line]:
    """The lines of the strokes, without what was erased later. A picture has none."""
    lines: list[Line] = []
    for stroke in strokes:
        line = read_line(stroke)
        if line is None:
            continue
        lines = find_left_over(lines, line) if is_erasure(stroke) else [*lines, line]
    return lines


def read_line(stroke: FabricJson) -> Line | None:
    """None if the stroke has no points. The points of its curves are near enough to the line."""
    numbers = [number for command in stroke.get("path", []) for number in command[1:]]
    if len(numbers) < 2:
        return None
    return Line(list(zip(numbers[0::2], numbers[1::2], strict=True)), stroke.get("strokeWidth", 0))


def count_groups(boxes: Sequence[StrokeBox]) -> int:
    """The number of groups, where boxes that are near to each other are in one group."""
    group = list(range(len(boxes)))
    for one, other in combinations(range(len(boxes)), 2):
        if group[one] != group[other] and boxes[one].is_near(boxes[other]):
            joined = group[other]
            group = [group[one] if each == joined else each for each in group]
    return len(set(group))


def find_box(line: Line) -> StrokeBox:
    """The box of the line with its width."""
    (x, y), half = zip(*line.points, strict=True), line.width / 2
    return StrokeBox(min(x) - half, min(y) - half, max(x) + half, max(y) + half)
