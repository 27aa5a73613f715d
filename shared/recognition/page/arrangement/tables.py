"""Groups of digits on lines → tables: which group stands in which row and column.

Rows and columns that hold no digit at all are counted where the distances of the others, or ruled lines, show them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.recognition.page.arrangement.blocks import Block, Cell, find_blocks
from shared.recognition.page.arrangement.lattice import number_places
from shared.recognition.page.arrangement.numbers import Group
from shared.recognition.page.arrangement.page_digits import PageDigits
from shared.recognition.page.arrangement.pencil import Floats, Pencil

GRID_SHARE = 0.8  # of the cells hold a single digit, if the table is a grid
FULL_SHARE = 0.8  # of the cells of a grid that is nearly full
LEAST_FULL = 6  # rows and columns: in a small table, a nearly empty row is usual
STRAY_SHARE = 0.35  # of the usual number of digits; a line or column with fewer is not of a full grid
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
    columns = [each.cells for each in block.columns]
    is_grid = sum(cell.count == 1 for cell in block.cells) > GRID_SHARE * len(block.cells)
    if is_grid:
        columns = _drop_strays(columns)
    lines = sorted({cell.line for cells in columns for cell in cells})
    row_numbers, column_numbers = list(range(len(lines))), list(range(len(columns)))
    if is_grid:
        row_numbers = _number(row_numbers, [middles[line] for line in lines])
        column_numbers = _number(
            column_numbers, [float(np.median([cell.middle for cell in cells])) for cells in columns]
        )
    row_of = dict(zip(lines, row_numbers, strict=True))
    places = {
        (cell.line, cell.group): (row_of[cell.line], column)
        for column, cells in zip(column_numbers, columns, strict=True)
        for cell in cells
    }
    return PlacedTable(row_numbers[-1] + 1, column_numbers[-1] + 1, places)


def _drop_strays(columns: Sequence[list[Cell]]) -> list[list[Cell]]:
    """The columns without those, and without the lines, that are nearly empty in a grid that is nearly full."""
    in_line = Counter(cell.line for cells in columns for cell in cells)
    per_column, per_line = np.median([len(cells) for cells in columns]), np.median(list(in_line.values()))
    is_full = per_column >= FULL_SHARE * len(in_line) or per_line >= FULL_SHARE * len(columns)
    if not is_full or min(len(columns), len(in_line)) < LEAST_FULL:
        return list(columns)
    kept = {line for line, count in in_line.items() if count > STRAY_SHARE * per_line}
    full = [[cell for cell in cells if cell.line in kept] for cells in columns]
    return [cells for cells in full if len(cells) > STRAY_SHARE * per_column]


def _number(plain: list[int], positions: Sequence[float]) -> list[int]:
    """The numbers of rows or columns with the empty ones counted, if their distances are regular; else `plain`."""
    numbered = number_places(positions)
    if numbered is None or numbered[-1] + 1 > (1 + MOST_EMPTY) * len(plain):
        return plain
    return numbered
