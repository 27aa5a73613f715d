"""Tests of the command `python -m training.data.unipen`, with a tiny copy of the distribution's folders."""

import json
import sys
from pathlib import Path

import pytest

from training.data.pen_characters import read_pen_strokes
from training.data.unipen.__main__ import main

# Components: 0 is a vertical stroke, 1 a bar below it, 2 the single point that the distribution writes for missing ink.
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
    """A folder with the same page by one writer in every section. The page includes a provider's file of strokes."""
    for section in ("1a", "1b", "1c", "2"):
        put(tmp_path / "data" / section / "one" / "one0" / "r7.dat", PAGE)
    put(tmp_path / "include" / "one" / "data" / "x.dat", STROKES)
    return tmp_path


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """A function that runs the command on a folder and returns its exit status and output."""

    def run(folder: Path, *options: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["unipen", str(folder), *options])
        status = main()
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return run


def test_digits_are_flipped_and_scaled_to_a_longer_side_of_999(folder, run):
    assert run(folder, "--output", str(folder / "pen.jsonl"))[0] == 0
    four, one = map(json.loads, (folder / "pen.jsonl").read_text().splitlines())
    assert four["label"] == 4
    assert four["strokes"] == [[[0, 0], [0, 500]], [[0, 999], [250, 999]]]
    assert one["strokes"] == [[[0, 0], [0, 999]]]


def test_the_writer_is_the_path_of_the_file_within_its_section(folder, run):
    run(folder, "--output", str(folder / "pen.jsonl.gz"))
    assert {character.writer for character in read_pen_strokes(folder / "pen.jsonl.gz")} == {"one/one0/r7"}


def test_letters_that_look_like_digits_are_left_out(folder, run):
    run(folder, "--letters", "--output", str(folder / "pen.jsonl.gz"))
    labels = [character.label for character in read_pen_strokes(folder / "pen.jsonl.gz")]
    assert labels == ["A", "e", "A", "e"]


def test_the_same_folder_gives_the_same_bytes(folder, run):
    for name in ("first.gz", "second.gz"):
        run(folder, "--output", str(folder / name))
    assert (folder / "first.gz").read_bytes() == (folder / "second.gz").read_bytes()


def test_the_summary_counts_characters_writers_and_skipped_segments(folder, run):
    bad = (
        '.SEGMENT CHARACTER 0 BAD "1"\n.SEGMENT CHARACTER 9 OK "1"\n.SEGMENT CHARACTER 2 OK "1"\n.SEGMENT CHARACTER\n'
        '.SEGMENT CHARACTER 9 OK "o"\n'
    )
    put(folder / "data" / "1a" / "two" / "bad.dat", ".INCLUDE one/data/x.dat\n" + bad)
    put(folder / "data" / "1a" / "two" / "lost.dat", ".INCLUDE two/data/nowhere.dat\n")
    status, printed = run(folder, "--output", str(folder / "pen.jsonl"))
    assert status == 0
    assert "2 characters from 1 writers' files" in printed
    assert "skipped 5 (2 missing points, 1 bad quality, 1 malformed segment, 1 missing file)" in printed


def test_a_character_with_a_coordinate_that_is_not_a_number_is_left_out(folder, run):
    page = '.PEN_DOWN\n0 0\n1 nan\n.PEN_DOWN\n0 0\n0 7\n.SEGMENT CHARACTER 0 OK "3"\n.SEGMENT CHARACTER 1 OK "1"\n'
    put(folder / "data" / "1a" / "one" / "one0" / "r7.dat", page)
    status, printed = run(folder, "--output", str(folder / "pen.jsonl"))
    assert status == 0
    assert "skipped 1 (1 malformed points)" in printed
    (one,) = map(json.loads, (folder / "pen.jsonl").read_text().splitlines())
    assert one["strokes"] == [[[0, 999], [0, 0]]]


def test_an_output_that_cannot_be_written_is_reported(folder, run):
    (folder / "file").write_text("")
    status, printed = run(folder, "--output", str(folder / "file" / "pen.jsonl"))
    assert status == 1
    assert "file" in printed


def test_a_wrong_folder_says_which_folder_to_give(tmp_path, run):
    status, printed = run(tmp_path, "--output", str(tmp_path / "pen.jsonl"))
    assert status == 1
    assert "train_r01_v07" in printed
    assert not (tmp_path / "pen.jsonl").exists()
