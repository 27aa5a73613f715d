"""A table or a grid: cells with one digit or a number, some empty, thin and thick lines."""

from dataclasses import dataclass

from training.rendering.pages.hands import Hands
from training.rendering.pages.ink import Ink
from training.rendering.pages.layouts.centred import write_centred
from training.rendering.pages.layouts.frames import draw_grid
from training.rendering.pages.numbers import choose_style
from training.rendering.pages.sheet import Layer, Random, Sheet
from training.rendering.pages.texts import choose_digits


@dataclass(frozen=True)
class Grid:
    """Cells in pixels of the sheet. Every `block`-th line is `thick`, the others are `thin`."""

    left: float
    top: float
    cell_w: float
    cell_h: float
    columns: int
    rows: int
    thin: int
    thick: int
    block: int

    def find_middle(self, row: int, column: int) -> tuple[float, float]:
        """The middle of a cell."""
        return self.left + (column + 0.5) * self.cell_w, self.top + (row + 0.5) * self.cell_h


def write_table(sheet: Sheet, hands: Hands, ink: Ink, digit_px: float, random: Random) -> None:
    """Cover the sheet, or part of it, with one grid."""
    digits = int(random.choice([1, 1, 1, 2, 3, 4]))
    grid = _choose_grid(sheet, digits, digit_px, random)
    frame = sheet.make_layer()
    if random.random() < 0.93:
        corner, cell, count = (grid.left, grid.top), (grid.cell_w, grid.cell_h), (grid.columns, grid.rows)
        draw_grid(frame, corner, cell, count, (grid.thin, grid.thick), grid.block)
    layer, printed = _fill_cells(sheet, hands, grid, digits, digit_px, random)
    sheet.apply(frame, ink.frame, ink.target)
    sheet.apply(printed, max(ink.writing * 0.8, float(random.uniform(0.4, 1.0))), ink.target)
    sheet.apply(layer, ink.writing, ink.target)


def _choose_grid(sheet: Sheet, digits: int, digit_px: float, random: Random) -> Grid:
    """Cells that are wide enough for that many digits."""
    cell_h = digit_px * random.uniform(1.15, 2.3)
    cell_w = digit_px * (random.uniform(1.1, 2.3) if digits == 1 else 0.75 * digits + random.uniform(0.4, 1.2))
    thin, thick = int(random.integers(1, 3)), int(random.integers(1, 4))
    block = int(random.choice([3, 3, 5, 100]))
    left, top = random.uniform(-cell_w, cell_w), random.uniform(-cell_h, cell_h)
    columns, rows = int(sheet.width / cell_w) + 2, int(sheet.height / cell_h) + 2
    if random.random() < 0.4:
        columns, rows = int(random.integers(1, columns + 1)), int(random.integers(1, rows + 1))
    return Grid(left, top, cell_w, cell_h, columns, rows, thin, thick, block)


def _fill_cells(
    sheet: Sheet, hands: Hands, grid: Grid, digits: int, digit_px: float, random: Random
) -> tuple[Layer, Layer]:
    """Returns what is written and what is printed in the cells."""
    layer, printed = sheet.make_layer(), sheet.make_layer()
    type_share = random.choice([0.0, 0.3, 0.5, 0.7, 0.9])
    typed, hand, style = hands.pick(random, printed=1.0), hands.pick(random), choose_style(random)
    filled = random.choice([1.0, 1.0, 0.7, 0.4])
    for place in (grid.find_middle(row, column) for row in range(grid.rows) for column in range(grid.columns)):
        if random.random() > filled:
            continue
        text = choose_digits(int(random.integers(1, digits + 1)) if digits > 1 else 1, random)
        if random.random() < type_share:
            write_centred(sheet, printed, text, typed, style, place, digit_px * 0.95, 0.02, random)
            continue
        if random.random() < 0.05:
            hand = hands.pick(random)
        write_centred(sheet, layer, text, hand, style, place, digit_px, 0.14, random)
    return layer, printed
