"""The answer to one picture → its rows in the CSV: one for each number.

A page without digits has one row with an empty text, and a picture that was refused has one row with the code of its
problem. So every picture has a row, and none is missing silently.
"""

from dataclasses import dataclass

from shared.contracts.page import PageReading
from shared.contracts.problem import ProblemCode

# `line`, `number`, `table`, `row` and `column` count from 1. The box is in pixels of the upright picture. `rotation`
# says by how many degrees clockwise the picture was turned to be upright.
COLUMNS = (
    *("file", "line", "number", "text", "confidence", "table", "row", "column"),
    *("left", "top", "width", "height", "rotation", "problem"),
)
Row = dict[str, str | int]


@dataclass(frozen=True)
class Cell:
    """Where a number stands in the tables of its page, counted from 1."""

    table: int
    row: int
    column: int


def make_rows(file: str, answer: PageReading | ProblemCode) -> list[Row]:
    """At least one row. A value that is missing in a row is an empty cell."""
    if not isinstance(answer, PageReading):
        return [{"file": file, "problem": answer}]
    if not answer.numbers:
        return [{"file": file, "rotation": answer.rotation}]
    cells = find_cells(answer)
    return [_make_row(file, answer, index, cells.get(index)) for index in range(len(answer.numbers))]


def find_cells(reading: PageReading) -> dict[int, Cell]:
    """The cell of each number that stands in a table, by the index of the number."""
    return {
        number: Cell(table, row, column)
        for table, found in enumerate(reading.tables, start=1)
        for row, columns in enumerate(found.numbers, start=1)
        for column, numbers in enumerate(columns, start=1)
        for number in numbers
    }


def _make_row(file: str, reading: PageReading, index: int, cell: Cell | None) -> Row:
    number = reading.numbers[index]
    row: Row = {
        "file": file,
        "line": number.line + 1,
        "number": index + 1,
        "text": number.text,
        "confidence": f"{number.confidence:.4f}",
        **number.box.model_dump(),
        "rotation": reading.rotation,
    }
    return row if cell is None else {**row, "table": cell.table, "row": cell.row, "column": cell.column}
