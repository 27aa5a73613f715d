"""Which writers label, which are only read, and in which order their digits are taken."""

import json
from pathlib import Path

from benchmarks.learning.writers import group_by_person, read_halves, take_in_turn, take_of_each_digit
from tests.unit.benchmarks.pages.toy_writers import make_character
from training.data.pen_characters import PenCharacter


def write_strokes(path: Path, writers: list[str]) -> Path:
    """All ten digits of each writer."""
    strokes = [[[0, 0], [10, 999]]]
    lines = [
        json.dumps({"label": digit, "writer": writer, "strokes": strokes}) for writer in writers for digit in range(10)
    ]
    path.write_text("\n".join(lines))
    return path


def name_writers(digits: list[PenCharacter]) -> set[str]:
    return {digit.writer for digit in digits}


def test_each_file_is_split_by_writer_in_two_halves(tmp_path: Path) -> None:
    many = write_strokes(tmp_path / "many.jsonl", [f"w{number}" for number in range(10)])
    few = write_strokes(tmp_path / "few.jsonl", ["x0", "x1"])
    halves = read_halves([many, few])
    taught, others = name_writers(halves.taught), name_writers(halves.others)
    assert not taught & others
    assert (len(taught), len(others)) == (6, 6)
    assert len(taught & {"x0", "x1"}) == 1


def test_all_files_of_one_person_are_in_the_same_half(tmp_path: Path) -> None:
    file = write_strokes(tmp_path / "ibm.jsonl", [f"ibm/ibm0/r{session:02}05" for session in range(8)] + ["w1"])
    halves = read_halves([file])
    assert not name_writers(halves.taught) & name_writers(halves.others)
    assert {len(name_writers(halves.taught)), len(name_writers(halves.others))} == {1, 8}


def test_writers_take_turns_and_a_longer_list_begins_with_the_shorter_one() -> None:
    digits = [make_character(digit, writer) for writer in "abc" for digit in range(10)]
    six, nine = take_in_turn(digits, 6), take_in_turn(digits, 9)
    assert {person: len(own) for person, own in group_by_person(six).items()} == {"a": 2, "b": 2, "c": 2}
    assert nine[:6] == six
    assert len(take_in_turn(digits, 100)) == 30


def test_each_digit_is_taken_equally_often_while_there_are_enough() -> None:
    digits = [make_character(7, "a") for _ in range(20)] + [make_character(digit, "a") for digit in range(10)] * 2
    labels = [digit.label for digit in take_of_each_digit(digits, 20)]
    assert sorted(labels) == sorted([*range(10), *range(10)])
