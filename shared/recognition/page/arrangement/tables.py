"""Groups of digits on lines → tables: which group stands in which row and column.

Rows and columns that hold no digit at all are counted where the distances of the others, or ruled lines, show them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.recognition.page.arrangement.blocks import Block, Cell, find_blocks
from shared.recognition.page.arrangement.lattice import number_places
from shared.recognition.page.arrangement.numbers import Group
from shared.recognition.page.arrangement.page_digits import PageDigits
from shared.recognition.page.arrangement.pencil import Floats, Pencil

MOST_EMPTY = 1.0  # empty rows or columns are counted up to so many times those with digits


@dataclass(frozen=True)
class PlacedTable:
    """`cells[line, place of the group in it]` → (row, column)."""

    rows: int
    columns: int
    cells: dict[tuple[int, int], tuple[int, int]]


def find_tables(
    groups: Sequence[Sequence[Group]], digits: PageDigits, positions: Floats, columns: Pencil
) -> list[PlacedTable]:
    """`groups` are those of each line. `positions` (N,) are those of the digits in the pencil of lines."""
    left = columns.find_positions(digits.y, digits.left)
    right = columns.find_positions(digits.y, digits.right)
    lines = []
    for number, line in enumerate(groups):
        members = [list(group.digits) for group in line]
        lines.append(
            [
                Cell(number, place, float(left[each].min()), float(right[each].max()), len(each))
                for place, each in enumerate(members)
            ]
        )
    middles = [float(positions[[digit for group in line for digit in group.digits]].mean()) for line in groups]
    return [_place_cells(block, middles) for block in find_blocks(lines, middles)]


def _place_cells(block: Block, middles: Sequence[float]) -> PlacedTable:
    rows = list(range(len(block.lines)))
    columns = list(range(len(block.columns)))
    if sum(cell.count == 1 for cell in block.cells) > 0.8 * len(block.cells):
        rows = _number(rows, [middles[line] for line in block.lines])
        columns = _number(columns, [float(np.median([cell.middle for cell in each.cells])) for each in block.columns])
    row_of = dict(zip(block.lines, rows, strict=True))
    cells = {
        (cell.line, cell.group): (row_of[cell.line], column)
        for column, each in zip(columns, block.columns, strict=True)
        for cell in each.cells
    }
    return PlacedTable(rows[-1] + 1, columns[-1] + 1, cells)


def _number(plain: list[int], positions: Sequence[float]) -> list[int]:
    """The numbers of rows or columns with the empty ones counted, if their distances are regular; else `plain`."""
    numbered = number_places(positions)
    if numbered is None or numbered[-1] + 1 > (1 + MOST_EMPTY) * len(plain):
        return plain
    return numbered
