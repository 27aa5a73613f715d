"""Groups and tables → the arrangement, in which everything refers to the others by index."""

from collections.abc import Sequence
from functools import reduce

from shared.recognition.page.arrangement.numbers import Group
from shared.recognition.page.arrangement.structure import (
    ArrangedLine,
    ArrangedNumber,
    ArrangedTable,
    Arrangement,
    PlacedSeparator,
)
from shared.recognition.page.arrangement.tables import PlacedTable
from shared.recognition.page.mark import Mark
from shared.recognition.page.pixel_box import PixelBox


def assemble(
    marks: Sequence[Mark],
    digits: Sequence[int],
    separators: Sequence[int],
    groups: Sequence[Sequence[Group]],
    tables: Sequence[PlacedTable],
) -> Arrangement:
    """`groups` are those of each line, in places of `digits` and `separators`, which are places in `marks`."""
    order: list[int] = []
    numbers: list[ArrangedNumber] = []
    lines: list[ArrangedLine] = []
    number_of: dict[tuple[int, int], int] = {}  # (line, place of the group in it) → the number
    for line, members in enumerate(groups):
        first = len(numbers)
        for place, group in enumerate(members):
            number_of[line, place] = len(numbers)
            placed = tuple(_place(marks[separators[each]], after) for each, after in group.separators)
            own = [digits[digit] for digit in group.digits]
            numbers.append(_make_number(line, [marks[digit] for digit in own], len(order), placed))
            order.extend(own)
        own_numbers = numbers[first:]
        text = " ".join(number.text for number in own_numbers)
        lines.append(ArrangedLine(text, join_boxes(own_numbers), tuple(range(first, len(numbers)))))
    placed_tables = [_make_table(table, number_of, numbers) for table in tables]
    return Arrangement(tuple(order), tuple(numbers), tuple(lines), tuple(placed_tables))


def _place(mark: Mark, after: int) -> PlacedSeparator:
    return PlacedSeparator(mark.sign, after, mark.box, mark.score)


def _make_number(
    line: int, digits: Sequence[Mark], first: int, separators: tuple[PlacedSeparator, ...]
) -> ArrangedNumber:
    """`first` is the place of its first digit in reading order."""
    signs = [digit.sign for digit in digits]
    for separator in separators:
        signs[separator.after - 1] += separator.sign
    places = tuple(range(first, first + len(digits)))
    return ArrangedNumber("".join(signs), line, places, separators, join_boxes([*digits, *separators]))


def _make_table(
    table: PlacedTable, number_of: dict[tuple[int, int], int], numbers: Sequence[ArrangedNumber]
) -> ArrangedTable:
    grid: list[list[list[int]]] = [[[] for _ in range(table.columns)] for _ in range(table.rows)]
    for cell, (row, column) in table.cells.items():
        grid[row][column].append(number_of[cell])
    box = join_boxes([numbers[number_of[cell]] for cell in table.cells])
    return ArrangedTable(box, tuple(tuple(tuple(sorted(cell)) for cell in row) for row in grid))


def join_boxes(parts: Sequence[Mark | PlacedSeparator | ArrangedNumber]) -> PixelBox:
    """The smallest box around at least one part."""
    return reduce(PixelBox.join, (part.box for part in parts))
