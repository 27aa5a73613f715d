"""Marks in, structure out: the steps of the arrangement in their order."""

from collections.abc import Sequence

import numpy as np

from shared.recognition.page.arrangement.assembling import assemble
from shared.recognition.page.arrangement.lattice import is_dense_grid
from shared.recognition.page.arrangement.numbers import LEAST_COMB, LEAST_COMB_IN_TEXT, Group, join_combs, split_line
from shared.recognition.page.arrangement.page_digits import PageDigits
from shared.recognition.page.arrangement.pencil import Floats, Pencil, find_tilt, fit_pencil
from shared.recognition.page.arrangement.rows import find_lines
from shared.recognition.page.arrangement.separators import Place, Slots, place_separators
from shared.recognition.page.arrangement.spacing import find_thresholds, is_text, measure_gaps
from shared.recognition.page.arrangement.strays import join_strays
from shared.recognition.page.arrangement.structure import Arrangement
from shared.recognition.page.arrangement.tables import find_tables
from shared.recognition.page.mark import Mark

ROW_REACH = 4.0  # degrees by which the lines in the middle of a page may differ from its tilt
COLUMN_REACH = 10.0  # in a photograph taken from the side, columns are less upright than lines are level


def arrange(marks: Sequence[Mark]) -> Arrangement:
    """The marks of an upright page, in any order → its structure. The same for every order of the marks."""
    order = sorted(range(len(marks)), key=lambda index: _make_key(marks[index]))
    digits = [index for index in order if marks[index].sign.isdigit()]
    separators = [index for index in order if not marks[index].sign.isdigit()]
    if not digits:
        return Arrangement((), (), (), ())
    page = _Page([marks[index] for index in digits], [marks[index] for index in separators])
    groups = page.split_lines()
    tables = find_tables(groups, page.digits, page.positions, page.columns)
    in_tables = {line for table in tables for line, _ in table.cells}
    least = LEAST_COMB_IN_TEXT if page.is_text else LEAST_COMB
    groups = [
        line if number in in_tables else join_combs(line, page.digits, least) for number, line in enumerate(groups)
    ]
    return assemble(marks, digits, separators, groups, tables)


def _make_key(mark: Mark) -> tuple[int, int, int, int, str, float]:
    return mark.box.left, mark.box.top, mark.box.right, mark.box.bottom, mark.sign, mark.score


class _Page:
    """The digits of a page, their lines, and the directions of lines and columns."""

    def __init__(self, digits: Sequence[Mark], separators: Sequence[Mark]) -> None:
        self.digits = PageDigits.of(digits)
        self.separators = self.digits.place(separators)
        x, y = self.digits.x, self.digits.y
        tilt = find_tilt(x, y)
        rows = fit_pencil(x, y, tilt, ROW_REACH)
        self.columns = fit_pencil(y, x, -tilt, COLUMN_REACH)
        self.positions = rows.find_positions(x, y)
        self.lines = join_strays(find_lines(self.digits, self.positions), self.digits, self.positions)
        self.slots = self._place(separators, rows)
        self.gaps = [measure_gaps(self.digits, line) for line in self.lines]

    @property
    def is_text(self) -> bool:
        """Whether most digits stand as near to each other as in ordinary numbers."""
        return is_text(np.concatenate(self.gaps))

    def _place(self, separators: Sequence[Mark], rows: Pencil) -> Slots:
        def place(marks: PageDigits) -> Place:
            return Place(marks.x + rows.slope * marks.y, rows.find_positions(marks.x, marks.y))

        return place_separators(separators, place(self.separators), self.lines, place(self.digits), self.digits.height)

    def split_lines(self) -> list[list[Group]]:
        """The groups of each line, from left to right."""
        gaps = [gap.copy() for gap in self.gaps]
        thresholds = self._find_thresholds(gaps)
        for (number, place), separator in self.slots.items():
            gaps[number][place] = self._measure_beside(separator, *self.lines[number][place : place + 2])
        return [
            split_line(line, number, (gaps[number] < thresholds[number]).tolist(), self.slots)
            for number, line in enumerate(self.lines)
        ]

    def _measure_beside(self, separator: int, before: int, after: int) -> float:
        """The wider of the gaps on both sides of a separator, in the height of the digits beside it."""
        left = self.separators.left[separator] - self.digits.right[before]
        right = self.digits.left[after] - self.separators.right[separator]
        return float(max(left, right) / self.digits.height[[before, after]].mean())

    def _find_thresholds(self, gaps: Sequence[Floats]) -> list[float]:
        """For each line, the narrowest space. Between the cells of a dense grid, no gap is too narrow."""
        columns = self.columns.find_positions(self.digits.y, self.digits.x)
        if is_dense_grid(self.digits, self.lines, self.positions, columns):
            return [-np.inf] * len(gaps)
        free = [[(number, place) not in self.slots for place in range(len(gap))] for number, gap in enumerate(gaps)]
        return find_thresholds([gap[each] for gap, each in zip(gaps, free, strict=True)])
