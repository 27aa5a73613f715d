"""Photographed grids and labelled fields are listed, held out and counted."""

from pathlib import Path

import pytest

from benchmarks.pages.answer import Answer
from benchmarks.pages.grids import GridScore, list_grids, score_grids
from benchmarks.pages.labelled_fields import LabelledField, count_exact, list_fields
from benchmarks.pages.truth import Sign, Table
from training.errors import DataUnavailableError

ROWS = [" ".join(str((row + column) % 9 + 1) for column in range(9)) for row in range(9)]
CELLS = tuple(tuple(row.split()) for row in ROWS)
BOX = (0, 0, 90, 90)


def make_grids(folder: Path, count: int) -> Path:
    for index in range(count):
        (folder / f"image{index}.jpg").touch()
        (folder / f"image{index}.dat").write_text("phone\n1600x1200:24 JPG\n" + "\n".join(ROWS) + "\n")
    return folder


def answer(digits: str, *tables: Table) -> Answer:
    return Answer(tuple(Sign(digit, BOX) for digit in digits), (digits,), tables, 0, 1.0)


def test_the_grids_at_odd_positions_of_the_sorted_list_are_held_out(tmp_path: Path) -> None:
    folder = make_grids(tmp_path, 5)
    assert [grid.picture.name for grid in list_grids(folder, held_out=True)] == ["image1.jpg", "image3.jpg"]
    assert len(list_grids(folder, held_out=False)) == 5
    assert list_grids(folder, held_out=True)[0].cells == CELLS


@pytest.mark.parametrize("text", ["", "1 2 3\n" * 9, "\n".join(ROWS[:8]), "\n".join([*ROWS[:8], "a b c d e f g h i"])])
def test_a_malformed_grid_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    make_grids(tmp_path, 2)
    (tmp_path / "image1.dat").write_text(text)
    with pytest.raises(DataUnavailableError, match=r"image1\.dat"):
        list_grids(tmp_path, held_out=True)


def test_a_folder_without_grids_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataUnavailableError, match="no photographs"):
        list_grids(tmp_path, held_out=False)


def test_only_digits_in_their_row_and_column_are_in_place(tmp_path: Path) -> None:
    grids = list_grids(make_grids(tmp_path, 3), held_out=False)
    everything = "".join(map("".join, CELLS))
    one_wrong = (("0", *CELLS[0][1:]), *CELLS[1:])
    answers = [
        answer(everything, Table((("5",),), BOX), Table(CELLS, BOX)),
        answer(everything, Table(one_wrong, BOX)),
        answer(everything[:80], Table((("",) * 9, *CELLS), BOX)),
    ]
    shifted = sum(CELLS[row][column] == CELLS[row - 1][column] for row in range(1, 9) for column in range(9))
    assert score_grids(grids, answers) == GridScore(3, 1, 243, 81 + 80 + shifted, 81 + 81 + 80)


def test_an_answer_without_a_table_has_no_digit_in_place(tmp_path: Path) -> None:
    grids = list_grids(make_grids(tmp_path, 1), held_out=False)
    assert score_grids(grids, [answer("1234")]) == GridScore(1, 0, 81, 0, 4)


def test_the_digits_of_a_field_are_those_of_all_its_lines(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").write_text("file,digits\na.png,1.234\nb/c.png,56/78\n")
    (tmp_path / "b").mkdir()
    for name in ("a.png", "b/c.png"):
        (tmp_path / name).touch()
    fields = list_fields(tmp_path)
    assert fields == [LabelledField(tmp_path / "a.png", "1234"), LabelledField(tmp_path / "b/c.png", "5678")]
    assert count_exact(fields, [answer("1234"), answer("7856")]) == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "0 CSV files"),
        ("", "no rows"),
        ("name,text\na.png,1\n", "no rows with the columns"),
        ("file,digits\nmissing.png,1\n", "do not exist"),
    ],
)
def test_a_folder_of_fields_without_answers_or_pictures_is_refused(
    tmp_path: Path, text: str | None, sentence: str
) -> None:
    if text is not None:
        (tmp_path / "answers.csv").write_text(text)
    with pytest.raises(DataUnavailableError, match=sentence):
        list_fields(tmp_path)
