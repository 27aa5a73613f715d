"""Photographs of filled 9×9 grids with their digits: `imageN.jpg` beside `imageN.dat`, whose last nine lines hold them.

That is the form of the Sudoku Dataset (Wicht and Hennebert, ICDAR 2015, CC BY 4.0). Whoever tunes the reader uses the
files at even positions of the sorted list. Those at odd positions are held out.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pages.answer import Answer
from benchmarks.pages.score import get_cell
from benchmarks.pages.truth import Table
from training.errors import DataUnavailableError

SIDE = 9
NO_TABLE = Table((), (0, 0, 0, 0))


@dataclass(frozen=True)
class Grid:
    """One photograph. `cells` (9, 9) are digits."""

    picture: Path
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class GridScore:
    """Counts over some photographs. `found` ignores the places: a digit counts as often as the grid has it."""

    grids: int
    whole: int
    digits: int
    in_place: int
    found: int


def list_grids(folder: Path, *, held_out: bool) -> list[Grid]:
    """The grids of a folder, or only those held out. DataUnavailableError if there is none or one is malformed."""
    pictures = sorted(folder.glob("*.jpg"))
    chosen = pictures[1::2] if held_out else pictures
    if not chosen:
        raise DataUnavailableError(f"{folder} has no photographs of grids.")
    return [Grid(picture, read_cells(picture.with_suffix(".dat"))) for picture in chosen]


def read_cells(path: Path) -> tuple[tuple[str, ...], ...]:
    """The digits of a `.dat` file. DataUnavailableError if it has not nine lines of nine digits at its end."""
    try:
        lines = path.read_text().split("\n")
    except OSError as error:
        raise DataUnavailableError(f"{path} can't be read: {error}") from error
    rows = tuple(tuple(line.split()) for line in lines if line.strip())[-SIDE:]
    if len(rows) != SIDE or any(len(row) != SIDE or not "".join(row).isdigit() for row in rows):
        raise DataUnavailableError(f"{path} does not end with nine lines of nine digits.")
    return rows


def score_grids(grids: Sequence[Grid], answers: Sequence[Answer]) -> GridScore:
    """Compare the largest table of each answer with the grid. A digit in another row or column counts as wrong."""
    in_place = [_count_in_place(grid, answer) for grid, answer in zip(grids, answers, strict=True)]
    found = [
        sum((Counter("".join(map("".join, grid.cells))) & Counter(answer.digits)).values())
        for grid, answer in zip(grids, answers, strict=True)
    ]
    whole = sum(grid.cells == _find_table(answer).cells for grid, answer in zip(grids, answers, strict=True))
    return GridScore(len(grids), whole, len(grids) * SIDE * SIDE, sum(in_place), sum(found))


def _count_in_place(grid: Grid, answer: Answer) -> int:
    table = _find_table(answer)
    places = [(row, column) for row in range(SIDE) for column in range(SIDE)]
    return sum(get_cell(table, row, column) == grid.cells[row][column] for row, column in places)


def _find_table(answer: Answer) -> Table:
    """The table with the most cells."""
    return max(answer.tables, key=lambda table: sum(map(len, table.cells)), default=NO_TABLE)
