"""Marks → numbers, lines and tables, on pages that are tilted, photographed, narrow or full."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.recognition.page.arrangement import Arrangement, arrange
from shared.recognition.page.mark import Mark
from shared.recognition.page.pixel_box import PixelBox
from tests.unit.recognition.arrangement.written_marks import Writer, as_marks, photograph, rotate

LINES = ["19,95 3.14", "12:30 7", "12/05/2026 408"]
SEEDS = range(8)


def texts(arrangement: Arrangement) -> list[str]:
    return [line.text for line in arrangement.lines]


def tables(arrangement: Arrangement) -> list[list[list[str]]]:
    return [
        [[" ".join(arrangement.numbers[number].text for number in cell) for cell in row] for row in table.numbers]
        for table in arrangement.tables
    ]


def random_grid(seed: int, holes: float) -> list[list[str]]:
    """9×9 digits, some missing, with a digit in each corner so that its size is known."""
    random = np.random.default_rng(seed)
    cells = [[str(random.integers(1, 10)) if random.random() >= holes else "" for _ in range(9)] for _ in range(9)]
    for row, column in ((0, 0), (0, 8), (8, 0), (8, 8)):
        cells[row][column] = "7"
    return cells


def slide(mark: Mark, slope: float) -> Mark:
    """Down by `slope` pixels for each pixel to the right."""
    box, down = mark.box, round(slope * mark.box.left)
    return Mark(PixelBox(box.left, box.top + down, box.right, box.bottom + down), mark.sign, mark.score, None)


def test_a_page_without_marks_has_no_structure() -> None:
    assert arrange([]) == Arrangement((), (), (), ())


def test_separators_without_digits_are_left_out() -> None:
    assert arrange([Mark(PixelBox(0, 0, 5, 5), ",", 0.9, None)]) == Arrangement((), (), (), ())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("degrees", [-15, -7, 0, 7, 15])
def test_lines_of_a_tilted_page_are_read(degrees: float, seed: int) -> None:
    signs = Writer(jitter=0.05, seed=seed).write_lines(LINES)
    assert texts(arrange(as_marks(signs, rotate(degrees)))) == LINES


@pytest.mark.parametrize("degrees", [-8, 0, 8])
def test_rows_whose_digits_nearly_touch_stay_apart(degrees: float) -> None:
    rows = ["91740", "02975", "50473"]
    signs = Writer(height=80, gap=0.3, jitter=0.03).write_lines(rows, step=86 / 80)
    assert texts(arrange(as_marks(signs, rotate(degrees)))) == rows


@pytest.mark.parametrize("slope", [-0.08, 0.08])
def test_each_line_may_slope_differently(slope: float) -> None:
    marks = as_marks(Writer().write_lines(["12345678", "87654321"], step=3))
    sloped = [slide(mark, slope) if mark.box.top < 120 else mark for mark in marks]
    assert texts(arrange(sloped)) == ["12345678", "87654321"]


@pytest.mark.parametrize(("gap", "space"), [(-0.05, 0.5), (0.0, 0.6), (0.15, 0.7), (0.45, 1.05)])
def test_a_space_is_clearly_wider_than_the_gaps_of_this_hand(gap: float, space: float) -> None:
    lines = ["2048 16 512", "77 4096 1"]
    assert texts(arrange(as_marks(Writer(gap=gap, space=space).write_lines(lines)))) == lines


def test_a_comma_is_part_of_a_number_only_between_its_digits() -> None:
    arranged = arrange(as_marks(Writer().write_lines(["1234, 56,7"])))
    assert texts(arranged) == ["1234 56,7"]
    (separator,) = arranged.numbers[1].separators
    assert (separator.sign, separator.after, separator.score) == (",", 2, 0.9)


def test_a_dash_between_wide_gaps_joins_nothing() -> None:
    assert texts(arrange(as_marks(Writer().write_lines(["3 - 4", "3-4"])))) == ["3 4", "3-4"]


def test_a_dot_above_the_middle_of_the_digits_is_no_separator() -> None:
    marks = as_marks(Writer().write_lines(["12"]))
    between = marks[0].box.right
    speck = Mark(PixelBox(between, marks[0].box.top, between + 3, marks[0].box.top + 4), ".", 0.9, None)
    assert texts(arrange([*marks, speck])) == ["12"]


def test_of_two_signs_in_one_place_the_surer_one_counts() -> None:
    signs = Writer().write("1,2", 50, 50)
    dot = Mark(as_marks(signs)[1].box, ".", 0.95, None)
    assert texts(arrange([*as_marks(signs), dot])) == ["1.2"]


@pytest.mark.parametrize("pitch", [1.2, 1.7, 2.4])
def test_digits_in_the_boxes_of_a_comb_are_one_number(pitch: float) -> None:
    marks = as_marks(Writer(jitter=0.05).write_cells([list("45195")], (pitch, 2)))
    assert texts(arrange(marks)) == ["45195"]
    assert arrange(marks).tables == ()


@pytest.mark.parametrize("seed", SEEDS)
def test_narrow_and_misplaced_digits_of_a_comb_stay_one_number(seed: int) -> None:
    writer = Writer(jitter=0.08, seed=seed)
    upper = writer.write_cells([list("7711171")], (1.15, 2))
    lower = writer.write_cells([list("8188018")], (1.15, 2), left=220, top=450)
    marks = as_marks(upper + lower)
    assert texts(arrange(marks)) == ["7711171", "8188018"]


def test_three_single_digits_among_ordinary_numbers_are_three_numbers() -> None:
    lines = ["2048 512", "9 7 3", "16384 77"]
    assert texts(arrange(as_marks(Writer().write_lines(lines)))) == lines


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("strength", "degrees"), [(0, 0), (0.2, 0), (0.2, 8), (0.3, -6), (0.3, 12)])
def test_every_digit_of_a_photographed_grid_is_in_its_cell(strength: float, degrees: float, seed: int) -> None:
    cells = random_grid(seed, holes=0)
    marks = as_marks(Writer(jitter=0.08, seed=seed).write_cells(cells, (1.8, 1.8)), photograph(strength, degrees))
    assert tables(arrange(marks)) == [cells]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("degrees", [-10, 0, 10])
def test_empty_cells_of_a_tilted_grid_are_counted(degrees: float, seed: int) -> None:
    cells = random_grid(seed, holes=0.6)
    marks = as_marks(Writer(jitter=0.08, seed=seed).write_cells(cells, (1.9, 1.9)), rotate(degrees))
    assert tables(arrange(marks)) == [cells]


def test_digits_beside_a_full_grid_are_not_in_it() -> None:
    cells = random_grid(3, holes=0)
    writer = Writer()
    beside = writer.write("5", 760, 130) + writer.write("8", 20, 420)
    marks = as_marks(writer.write_cells(cells, (1.8, 1.8), left=80) + beside)
    assert tables(arrange(marks)) == [cells]


def test_an_empty_row_and_an_empty_column_of_a_grid_are_counted() -> None:
    cells = random_grid(0, holes=0.2)
    cells[4] = [""] * 9
    for row in cells:
        row[6] = ""
    assert tables(arrange(as_marks(Writer().write_cells(cells, (1.9, 1.9))))) == [cells]


def test_digits_that_fill_the_cells_of_a_grid_are_not_joined() -> None:
    cells = random_grid(1, holes=0.3)
    assert tables(arrange(as_marks(Writer(jitter=0.05).write_cells(cells, (1.25, 1.25))))) == [cells]


@pytest.mark.parametrize("degrees", [0, 6])
def test_numbers_in_columns_are_a_table_with_empty_cells(degrees: float) -> None:
    cells = [["1", "19,95", "2026"], ["12", "3,50", ""], ["7", "", "31"], ["104", "120,00", "8"]]
    marks = as_marks(Writer(jitter=0.03).write_cells(cells, (5, 1.8)), rotate(degrees))
    assert tables(arrange(marks)) == [cells]


def test_a_table_of_two_rows_of_boxes_has_single_digits_in_its_cells() -> None:
    cells = [list("5231"), list("6374")]
    assert tables(arrange(as_marks(Writer(jitter=0.05).write_cells(cells, (1.67, 1.67))))) == [cells]


def test_a_heading_far_above_a_table_is_not_a_row_of_it() -> None:
    cells = [["12", "34", "56"], ["78", "90", "11"], ["22", "33", "44"]]
    writer = Writer()
    marks = as_marks(writer.write_cells(cells, (4, 1.7), top=300) + writer.write("2026", 60, 100))
    arranged = arrange(marks)
    assert texts(arranged)[0] == "2026"
    assert tables(arranged) == [cells]


def test_lines_of_text_are_no_table() -> None:
    assert arrange(as_marks(Writer().write_lines(["12 345 6", "7 89 1234", "123 4 56"]))).tables == ()
    assert arrange(as_marks(Writer().write_lines(["2026", "31415", "987"]))).tables == ()


def test_a_column_of_single_numbers_is_no_table() -> None:
    assert arrange(as_marks(Writer().write_lines([str(number) for number in range(10, 30)]))).tables == ()


boxes = st.builds(
    lambda left, top, width, height: PixelBox(left, top, left + width, top + height),
    st.integers(0, 600),
    st.integers(0, 600),
    st.integers(1, 90),
    st.integers(1, 90),
)
any_marks = st.lists(
    st.builds(
        lambda box, sign, score: Mark(box, sign, score, None),
        boxes,
        st.sampled_from("0123456789.,:/-"),
        st.floats(0, 1),
    ),
    max_size=60,
)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(any_marks)
def test_every_digit_is_in_one_number_of_one_line_and_every_index_is_valid(marks: list[Mark]) -> None:
    arranged = arrange(marks)
    assert sorted(arranged.digits) == [index for index, mark in enumerate(marks) if mark.sign.isdigit()]
    assert [digit for number in arranged.numbers for digit in number.digits] == list(range(len(arranged.digits)))
    assert [number for line in arranged.lines for number in line.numbers] == list(range(len(arranged.numbers)))
    for index, line in enumerate(arranged.lines):
        assert all(arranged.numbers[number].line == index for number in line.numbers)
        assert line.text == " ".join(arranged.numbers[number].text for number in line.numbers)
    in_cells = [number for table in arranged.tables for row in table.numbers for cell in row for number in cell]
    assert len(set(in_cells)) == len(in_cells)
    assert set(in_cells) <= set(range(len(arranged.numbers)))
    for table in arranged.tables:
        assert len({len(row) for row in table.numbers}) == 1


@settings(deadline=None, derandomize=True, max_examples=200)
@given(any_marks)
def test_the_text_of_a_number_is_made_of_its_digits_and_separators(marks: list[Mark]) -> None:
    arranged = arrange(marks)
    for number in arranged.numbers:
        signs = [marks[arranged.digits[digit]].sign for digit in number.digits]
        for separator in number.separators:
            assert 1 <= separator.after < len(number.digits)
            signs[separator.after - 1] += separator.sign
        assert number.text == "".join(signs)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(any_marks, st.randoms(use_true_random=False))
def test_the_order_of_the_marks_does_not_matter(marks: list[Mark], random) -> None:
    shuffled = list(marks)
    random.shuffle(shuffled)
    one, other = arrange(marks), arrange(shuffled)
    assert (one.numbers, one.lines, one.tables) == (other.numbers, other.lines, other.tables)


def test_a_thousand_marks_in_one_place_are_arranged() -> None:
    arranged = arrange([Mark(PixelBox(5, 5, 25, 45), "3", 0.5, None)] * 1000)
    assert len(arranged.digits) == 1000
