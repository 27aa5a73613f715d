"""Finds tables: successive lines whose groups of digits stand in the same columns, with clear paper between them.

A block of lines grows from the top as long as each group fits into one column. A group that reaches over two columns,
or two groups in one column, end the block.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

# In digit heights, set on composed tables and on photographed grids (tests/unit/recognition/arrangement).
RIVER, RIVER_OF_TWO = 0.25, 0.8  # least paper between two columns, and in a table of two rows and two columns
RIVER_OF_GRID = 0.2  # the same between columns of single digits
SLACK = 0.1  # by which a group may reach into the next column
SINGLE_REACH = 0.7  # of a single digit from the middle of its column of single digits
CLEAR_SHARE = 0.4  # of what a group covers of its column, it may cover of others
SPREAD, SPREAD_OF_TWO = 0.5, 0.25  # of the groups of a column: of their left edges, middles or right edges
LARGEST_STEP = 5.0  # between two rows
STEP_SHARE = 2.3  # times the typical step of the page; one row of a grid may be empty
LONE_STEP = 1.5  # times the next step; a lone group so far above or below is no row of it
FILLED, FILLED_OF_TWO, FILLED_OF_GRID = 0.6, 1.0, 0.12  # shares of cells that hold a group


@dataclass(frozen=True)
class Cell:
    """A group of digits: its line, its place in the line, its edges in the pencil of columns, and its digits' count."""

    line: int
    group: int
    low: float
    high: float
    count: int

    @property
    def middle(self) -> float:
        """Between the edges."""
        return (self.low + self.high) / 2


@dataclass
class Column:
    """Cells under each other. `low` and `high` are the edges of them all, or the usual edges of single digits."""

    low: float
    high: float
    cells: list[Cell]

    @property
    def middle(self) -> float:
        """Between the edges."""
        return (self.low + self.high) / 2

    @property
    def has_single_digits(self) -> bool:
        """Whether the last cells hold one digit each."""
        return all(cell.count == 1 for cell in self.cells[-2:])

    def add(self, cell: Cell) -> None:
        """Put the cell under the others."""
        self.cells.append(cell)
        if self.has_single_digits:  # people write them anywhere in the cells of a grid
            share = 1 / len(self.cells)
            self.low, self.high = self.low + share * (cell.low - self.low), self.high + share * (cell.high - self.high)
        else:
            self.low, self.high = min(self.low, cell.low), max(self.high, cell.high)


@dataclass
class Block:
    """Successive lines, and their columns from left to right."""

    lines: list[int] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)

    def try_to_add(self, line: int, cells: Sequence[Cell]) -> bool:
        """Add a line, unless a group of it fits into no column or shares one."""
        places = [self._find_place(cell) for cell in cells]
        known = [place for place, is_new in places if not is_new]
        if any(place < 0 for place, _ in places) or len(set(known)) < len(known):
            return False
        for cell, (place, is_new) in reversed(list(zip(cells, places, strict=True))):
            if is_new:
                self.columns.insert(place, Column(cell.low, cell.high, [cell]))
            else:
                self.columns[place].add(cell)
        self.lines.append(line)
        return True

    def _find_place(self, cell: Cell) -> tuple[int, bool]:
        """The place of the cell's column and whether it is a new one; -1 if it reaches over several columns."""
        place = bisect_left(self.columns, cell.low + SLACK, key=lambda column: column.high)
        if cell.count == 1:
            near = range(max(0, place - 1), min(len(self.columns), place + 2))
            singles = [each for each in near if self.columns[each].has_single_digits]
            offsets = [(abs(self.columns[each].middle - cell.middle), each) for each in singles]
            if offsets and min(offsets)[0] < SINGLE_REACH:
                return min(offsets)[1], False
        covered = []
        for column in self.columns[place:]:
            if column.low >= cell.high - SLACK:
                break
            covered.append(min(column.high, cell.high) - max(column.low, cell.low))
        if not covered:
            return place, True
        best = int(np.argmax(covered))
        is_clear = sum(covered) - covered[best] < CLEAR_SHARE * covered[best]
        return (place + best, False) if is_clear else (-1, False)

    @property
    def cells(self) -> list[Cell]:
        """All of them."""
        return [cell for column in self.columns for cell in column.cells]


def find_blocks(lines: Sequence[Sequence[Cell]], middles: Sequence[float]) -> list[Block]:
    """Tables, from the top. `middles` are the positions of the lines, in digit heights, from the top."""
    steps = np.diff(middles)
    longest = min(LARGEST_STEP, STEP_SHARE * float(np.median(steps))) if len(steps) else LARGEST_STEP
    blocks: list[Block] = []
    start = 0
    while start < len(lines):
        block, end = Block(), start
        while end < len(lines) and (end == start or steps[end - 1] <= longest) and block.try_to_add(end, lines[end]):
            end += 1
        trimmed = _trim(block, middles)
        if is_table(trimmed):
            blocks.append(trimmed)
            start = end
        else:
            start = max(start + 1, end - 1)
    return blocks


def _trim(block: Block, middles: Sequence[float]) -> Block:
    """Without lone groups far above and below the others, such as a heading."""
    lines = list(block.lines)
    counts = Counter(cell.line for cell in block.cells)
    while len(lines) > 2 and counts[lines[0]] == 1 and _is_far(middles, *lines[:3]):
        lines.pop(0)
    while len(lines) > 2 and counts[lines[-1]] == 1 and _is_far(middles, *lines[:-4:-1]):
        lines.pop()
    if len(lines) == len(block.lines):
        return block
    trimmed = Block()
    for line in lines:
        trimmed.try_to_add(line, sorted((cell for cell in block.cells if cell.line == line), key=lambda cell: cell.low))
    return trimmed


def _is_far(middles: Sequence[float], outer: int, second: int, third: int) -> bool:
    """Whether the outer line is much further from the second than that is from the third."""
    return abs(middles[outer] - middles[second]) > LONE_STEP * abs(middles[second] - middles[third])


def is_table(block: Block) -> bool:
    """Whether the columns are aligned, apart from each other, and filled well enough."""
    rows, columns, cells = len(block.lines), len(block.columns), block.cells
    shared = [column for column in block.columns if len(column.cells) > 1]
    if rows < 2 or columns < 2 or len(shared) < 2:
        return False
    is_small = rows == 2
    singles = sum(cell.count == 1 for cell in cells)
    is_grid = rows > 2 and columns > 2 and singles > 0.8 * len(cells)
    rivers = [right.low - left.high for left, right in pairwise(block.columns)]
    if min(rivers) < (RIVER_OF_GRID if is_grid else RIVER_OF_TWO if is_small and columns == 2 else RIVER):
        return False
    if max(_measure_spread(column) for column in shared) > (SPREAD_OF_TWO if is_small else SPREAD):
        return False
    least = FILLED_OF_TWO if is_small else FILLED_OF_GRID if is_grid else FILLED
    return len(cells) >= least * rows * columns


def _measure_spread(column: Column) -> float:
    """How far the groups are from a common left edge, middle or right edge: the smallest of the three."""
    edges = np.array([(cell.low, cell.middle, cell.high) for cell in column.cells])
    return float(edges.std(axis=0).min())
