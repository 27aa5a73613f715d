"""`python -m training.data.unipen` on a tiny distribution: files of segments, and the strokes that they include."""

import json
import sys
from pathlib import Path

import pytest

from training.data.pen_characters import read_pen_strokes
from training.data.unipen.__main__ import main

# Components: 0 a stroke down and right, 1 a bar below it, 2 what the distribution puts where it leaves the ink out.
STROKES = """\
.COORD X Y
.PEN_DOWN
100 500
100 300
.PEN_UP
.PEN_DOWN
100 100
200 100
.PEN_UP
.PEN_DOWN
0 0
.PEN_UP
"""
PAGE = """\
.VERSION 1.0
.INCLUDE one/data/x.dat
.SEGMENT CHARACTER 0-1 OK "4"
.SEGMENT CHARACTER 0 ? "1"
.SEGMENT CHARACTER 0 OK "A"
.SEGMENT CHARACTER 1 OK "e"
.SEGMENT CHARACTER 1 OK "o"
.SEGMENT WORD 0 OK "7"
.SEGMENT CHARACTER 0 OK "12"
"""


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def folder(tmp_path):
    """The same page in each section, by one writer; the strokes are a provider's include file."""
    for section in ("1a", "1b", "1c", "2"):
        put(tmp_path / "data" / section / "one" / "one0" / "r7.dat", PAGE)
    put(tmp_path / "include" / "one" / "data" / "x.dat", STROKES)
    return tmp_path


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs the command on a folder, → its exit status and what it said."""

    def run(folder: Path, *options: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["pen_strokes", str(folder), *options])
        status = main()
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def test_digits_are_turned_and_scaled_to_a_longer_side_of_999(folder, run):
    assert run(folder, "--output", str(folder / "pen.jsonl"))[0] == 0
    four, one = map(json.loads, (folder / "pen.jsonl").read_text().splitlines())
    assert four["label"] == 4
    assert four["strokes"] == [[[0, 0], [0, 500]], [[0, 999], [250, 999]]]
    assert one["strokes"] == [[[0, 0], [0, 999]]]


def test_the_writer_is_the_path_of_the_file_within_its_section(folder, run):
    run(folder, "--output", str(folder / "pen.jsonl.gz"))
    assert {character.writer for character in read_pen_strokes(folder / "pen.jsonl.gz")} == {"one/one0/r7"}


def test_letters_that_may_be_read_as_digits_are_left_out(folder, run):
    run(folder, "--letters", "--output", str(folder / "pen.jsonl.gz"))
    labels = [character.label for character in read_pen_strokes(folder / "pen.jsonl.gz")]
    assert labels == ["A", "e", "A", "e"]


def test_the_same_folder_gives_the_same_bytes(folder, run):
    for name in ("first.gz", "second.gz"):
        run(folder, "--output", str(folder / name))
    assert (folder / "first.gz").read_bytes() == (folder / "second.gz").read_bytes()


def test_the_summary_counts_characters_writers_and_what_was_skipped(folder, run):
    bad = (
        '.SEGMENT CHARACTER 0 BAD "1"\n.SEGMENT CHARACTER 9 OK "1"\n.SEGMENT CHARACTER 2 OK "1"\n.SEGMENT CHARACTER\n'
        '.SEGMENT CHARACTER 9 OK "o"\n'
    )
    put(folder / "data" / "1a" / "two" / "bad.dat", ".INCLUDE one/data/x.dat\n" + bad)
    put(folder / "data" / "1a" / "two" / "lost.dat", ".INCLUDE two/data/nowhere.dat\n")
    status, said = run(folder, "--output", str(folder / "pen.jsonl"))
    assert status == 0
    assert "2 characters from 1 writers' files" in said
    assert "skipped 5 (2 missing points, 1 bad quality, 1 malformed segment, 1 missing file)" in said


def test_a_character_with_a_point_that_is_no_number_is_left_out(folder, run):
    page = '.PEN_DOWN\n0 0\n1 nan\n.PEN_DOWN\n0 0\n0 7\n.SEGMENT CHARACTER 0 OK "3"\n.SEGMENT CHARACTER 1 OK "1"\n'
    put(folder / "data" / "1a" / "one" / "one0" / "r7.dat", page)
    status, said = run(folder, "--output", str(folder / "pen.jsonl"))
    assert status == 0
    assert "skipped 1 (1 malformed points)" in said
    (one,) = map(json.loads, (folder / "pen.jsonl").read_text().splitlines())
    assert one["strokes"] == [[[0, 999], [0, 0]]]


def test_an_output_that_can_not_be_written_is_said(folder, run):
    (folder / "file").write_text("")
    status, said = run(folder, "--output", str(folder / "file" / "pen.jsonl"))
    assert status == 1
    assert "file" in said


def test_a_folder_without_the_distribution_says_which_to_give(tmp_path, run):
    status, said = run(tmp_path, "--output", str(tmp_path / "pen.jsonl"))
    assert status == 1
    assert "train_r01_v07" in said
    assert not (tmp_path / "pen.jsonl").exists()
