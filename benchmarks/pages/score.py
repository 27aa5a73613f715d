"""Compares the answer to a page with its truth. The same rules hold for every reader.

A line counts as read if the digits that were found on it spell it from left to right. Which digits are on a line is
decided by their places, not by the reader's own lines. Missed, wrong and invented digits come from the shortest edit of
that string into the true one, so the boxes need not be precise. A digit far from all lines is invented.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from benchmarks.pages.answer import Answer
from benchmarks.pages.truth import Box, ComposedPage, Line, Sign, Table, turn_box

NEAR = 0.5  # of a digit's height: a sign that is further from all signs of a line is not on it
SEPARATOR_NEAR = 0.6  # of the digits' height, between the middles


@dataclass(frozen=True)
class Score:
    """Counts of one page, or of many."""

    pages: int = 0
    upright: int = 0  # pages that were turned the right way
    lines: int = 0
    exact_lines: int = 0
    typed_lines: int = 0  # lines whose text is given as a person would type it
    digits: int = 0
    missed: int = 0
    wrong: int = 0
    invented: int = 0
    separators: int = 0
    right_separators: int = 0
    cells: int = 0  # with a number in them
    right_cells: int = 0
    tables: int = 0
    whole_tables: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


def score_page(page: ComposedPage, answer: Answer) -> Score:
    """The counts of one page."""
    signs = [Sign(sign.text, _to_page(sign.box, page, answer)) for sign in answer.signs]
    placed, stray = place_signs(page.lines, signs)
    found = ["".join(sign.text for sign in on_line if sign.is_digit) for on_line in placed]
    edits = np.array(
        [count_edits(line.digits, digits) for line, digits in zip(page.lines, found, strict=True)] + [(0, 0, 0)]
    )
    missed, wrong, invented = edits.sum(axis=0).tolist()
    texts = Counter(line.text for line in page.lines) & Counter(answer.lines)
    return Score(
        pages=1,
        upright=int(answer.turns == page.turns),
        lines=len(page.lines),
        exact_lines=sum(line.digits == digits for line, digits in zip(page.lines, found, strict=True)),
        typed_lines=sum(texts.values()),
        digits=sum(len(line.digits) for line in page.lines),
        missed=missed,
        wrong=wrong,
        invented=invented + sum(sign.is_digit for sign in stray),
        separators=sum(not sign.is_digit for line in page.lines for sign in line.signs),
        right_separators=sum(count_separators(line, on_line) for line, on_line in zip(page.lines, placed, strict=True)),
    ) + sum((score_table(table, answer.tables) for table in page.tables), Score())


def place_signs(lines: Sequence[Line], signs: Sequence[Sign]) -> tuple[list[list[Sign]], list[Sign]]:
    """For each line the signs on it, from left to right, and the signs that are on no line."""
    placed: list[list[Sign]] = [[] for _ in lines]
    if not lines:
        return placed, list(signs)
    stray = []
    owners = [index for index, line in enumerate(lines) for _ in line.signs]
    boxes = np.array([sign.box for line in lines for sign in line.signs])  # (N, 4)
    heights = np.array([measure_height(line) for line in lines])[owners]  # (N,)
    for sign in sorted(signs, key=lambda each: each.box[0] + each.box[2]):
        distances = _measure_distances(sign.box, boxes) / heights
        nearest = int(distances.argmin())
        if distances[nearest] > NEAR:
            stray.append(sign)
        else:
            placed[owners[nearest]].append(sign)
    return placed, stray


def measure_height(line: Line) -> float:
    """The usual height of the line's digits."""
    return float(np.median([sign.box[3] - sign.box[1] for sign in line.signs if sign.is_digit]))


def _measure_distances(box: Box, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """From the middle of a box to each of `boxes` (N, 4): 0 inside, plus a little for what is off its middle."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    dx = np.maximum(0, np.maximum(boxes[:, 0] - x, x - boxes[:, 2]))
    dy = np.maximum(0, np.maximum(boxes[:, 1] - y, y - boxes[:, 3]))
    off = np.hypot(x - boxes[:, (0, 2)].mean(axis=1), y - boxes[:, (1, 3)].mean(axis=1))
    return np.asarray(np.hypot(dx, dy) + 0.01 * off)


def count_edits(true: str, read: str) -> tuple[int, int, int]:
    """Characters missed, wrong and invented, in the shortest edit of `read` into `true`."""
    costs = np.zeros((len(true) + 1, len(read) + 1), int)
    costs[:, 0], costs[0] = range(len(true) + 1), range(len(read) + 1)
    for i, one in enumerate(true, 1):
        for j, other in enumerate(read, 1):
            costs[i, j] = min(costs[i - 1, j] + 1, costs[i, j - 1] + 1, costs[i - 1, j - 1] + (one != other))
    missed = wrong = invented = 0
    i, j = len(true), len(read)
    while i or j:
        if i and j and costs[i, j] == costs[i - 1, j - 1] + (true[i - 1] != read[j - 1]):
            wrong += true[i - 1] != read[j - 1]
            i, j = i - 1, j - 1
        elif i and costs[i, j] == costs[i - 1, j] + 1:
            missed, i = missed + 1, i - 1
        else:
            invented, j = invented + 1, j - 1
    return missed, wrong, invented


def count_separators(line: Line, signs: Sequence[Sign]) -> int:
    """How many separators of the line were found: the same sign in about the same place."""
    reach = SEPARATOR_NEAR * measure_height(line)
    left = [sign for sign in signs if not sign.is_digit]
    right = 0
    for separator in line.signs:
        if separator.is_digit:
            continue
        for sign in left:
            if sign.text == separator.text and _measure_gap(sign.box, separator.box) <= reach:
                left.remove(sign)
                right += 1
                break
    return right


def score_table(table: Table, answers: Sequence[Table]) -> Score:
    """A cell is right if its text stands in the same row and column of the table that covers the true one best."""
    best = max(answers, key=lambda each: _overlap(table.box, each.box), default=Table((), (0, 0, 0, 0)))
    filled = [(row, column, text) for row, cells in enumerate(table.cells) for column, text in enumerate(cells) if text]
    right = sum(get_cell(best, row, column) == text for row, column, text in filled)
    return Score(cells=len(filled), right_cells=right, tables=1, whole_tables=int(table.cells == best.cells))


def get_cell(table: Table, row: int, column: int) -> str:
    """The text of a cell, empty if the table has no such cell."""
    cells = table.cells[row] if row < len(table.cells) else ()
    return cells[column] if column < len(cells) else ""


def _to_page(box: Box, page: ComposedPage, answer: Answer) -> Box:
    """A box of the answer in pixels of the upright page, even if the reader turned the page the wrong way."""
    turns = (answer.turns - page.turns) % 4
    size = (page.width, page.height) if turns % 2 == 0 else (page.height, page.width)
    return turn_box(box, turns, *size)


def _measure_gap(one: Box, other: Box) -> float:
    """Between the middles of two boxes."""
    return float(np.hypot(one[0] + one[2] - other[0] - other[2], one[1] + one[3] - other[1] - other[3])) / 2


def _overlap(one: Box, other: Box) -> float:
    """The area of the intersection."""
    width, height = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, width) * max(0.0, height)
