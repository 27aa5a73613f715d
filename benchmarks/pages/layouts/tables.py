"""Tables of numbers with or without lines, and 9×9 grids of digits."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.pages.draft import Block, Draft, join_line, write_block
from benchmarks.pages.hand import Hand, Style
from benchmarks.pages.layouts.boxes import centre
from benchmarks.pages.layouts.plan import Plan, choose_style
from benchmarks.pages.texts import make_digits, make_words
from benchmarks.pages.truth import Sign, Table
from benchmarks.pages.writers import Writers, print_words
from training.rendering.pages.sheet import Random

GRID = 9
Edges = NDArray[np.floating]  # where the lines between rows or columns are, in pixels


def write_table(draft: Draft, writers: Writers, plan: Plan, random: Random) -> None:
    """A table of 3 to 8 rows and 2 to 5 columns; a title above it; one cell in eight is empty."""
    hand, style = writers.pick(random), choose_style(random, (0.08, 0.25))
    longest = int(random.integers(1, 5))
    width = plan.digit_px * (0.85 * longest + 1.4)
    rows = min(int(random.integers(3, 9)), int((draft.height - 3 * plan.digit_px) / plan.pitch))
    columns = min(int(random.integers(2, 6)), int((draft.width - 2 * plan.digit_px) / width))
    left, top = plan.digit_px, 2.2 * plan.digit_px
    x, y = left + width * np.arange(columns + 1), top + plan.pitch * np.arange(rows + 1)
    texts = [[_make_cell(longest, random) for _ in range(columns)] for _ in range(rows)]
    texts = fill_borders(texts, lambda: make_digits(longest, random))
    draft.print_mask(
        print_words(make_words(2, random), writers.pick_font(random), plan.digit_px * 0.7), left, 0.6 * plan.digit_px
    )
    kind = random.random()
    thickness = max(1, round(plan.digit_px * random.uniform(0.015, 0.05)))
    draw_lines(draft, (x, y), rows=thickness if kind < 0.85 else 0, columns=thickness if kind < 0.65 else 0)
    _write_cells(draft, texts, (x, y), [[(hand, style)] * columns] * rows, plan.digit_px, random)


def write_grid(draft: Draft, writers: Writers, plan: Plan, random: Random) -> None:
    """A 9×9 grid in the middle of the page: printed and written digits, thin and thick lines."""
    cell = min(draft.width, draft.height) * random.uniform(0.86, 0.95) / GRID
    left, top = (draft.width - GRID * cell) / 2, (draft.height - GRID * cell) / 2
    x, y = left + cell * np.arange(GRID + 1), top + cell * np.arange(GRID + 1)
    filled, printed = float(random.choice([0.4, 0.7, 1.0])), float(random.choice([0.0, 0.35, 0.5]))
    texts = [[make_digits(1, random) if random.random() < filled else "" for _ in range(GRID)] for _ in range(GRID)]
    texts = fill_borders(texts, lambda: make_digits(1, random))
    thin = max(1, round(cell * 0.025))
    draw_lines(draft, (x, y), rows=thin, columns=thin)
    draw_lines(draft, (x[::3], y[::3]), rows=2 * thin + 1, columns=2 * thin + 1)
    written, typed = (writers.pick(random), choose_style(random)), (writers.pick_type(random), choose_style(random))
    hands = [[typed if random.random() < printed else written for _ in range(GRID)] for _ in range(GRID)]
    _write_cells(draft, texts, (x, y), hands, min(plan.digit_px, cell * 0.66), random)


def fill_borders(texts: list[list[str]], make_text: Callable[[], str]) -> list[list[str]]:
    """Put a number into every row and every column that has none: nobody can count empty rows at a border."""
    for row in texts:
        if not any(row):
            row[0] = make_text()
    for column in range(len(texts[0])):
        if not any(row[column] for row in texts):
            texts[0][column] = make_text()
    return texts


def draw_lines(draft: Draft, edges: tuple[Edges, Edges], *, rows: int, columns: int) -> None:
    """Lines of that thickness at the edges of columns and rows; 0 draws none."""
    x, y = (np.round(each).astype(int).tolist() for each in edges)
    for across in y if rows else []:
        cv2.line(draft.frame, (x[0], across), (x[-1], across), 255, rows)
    for down in x if columns else []:
        cv2.line(draft.frame, (down, y[0]), (down, y[-1]), 255, columns)


def _make_cell(longest: int, random: Random) -> str:
    return make_digits(int(random.integers(max(1, longest - 1), longest + 1)), random) if random.random() > 0.12 else ""


def _write_cells(
    draft: Draft,
    texts: Sequence[Sequence[str]],
    edges: tuple[Edges, Edges],
    hands: Sequence[Sequence[tuple[Hand, Style]]],
    size: float,
    random: Random,
) -> None:
    """Write the cells, and record the lines and the table."""
    x, y = edges
    for row, cells in enumerate(texts):
        parts: list[tuple[str, list[Sign]]] = []
        for column, text in enumerate(cells):
            if text:
                box = (x[column], y[row], x[column + 1], y[row + 1])
                block = _fit_cell(text, hands[row][column], size, (box[2] - box[0], box[3] - box[1]), random)
                parts.append((text, draft.place(block, *centre(block, box, random))))
        draft.lines.append(join_line(parts))
    draft.tables.append(Table(tuple(map(tuple, texts)), (float(x[0]), float(y[0]), float(x[-1]), float(y[-1]))))


def _fit_cell(text: str, writing: tuple[Hand, Style], size: float, room: tuple[float, float], random: Random) -> Block:
    """A number that is smaller than its cell by a tenth or more."""
    while True:
        block = write_block(text, *writing, size, random)
        if block.width <= 0.9 * room[0] and block.height <= 0.9 * room[1]:
            return block
        size *= 0.93
