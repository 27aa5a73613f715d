"""Tests of reading files of pen strokes, and of splitting them by writer."""

import gzip
import json

import numpy as np
import pytest

from training.data.pen_characters import (
    person_of,
    read_pen_digits,
    read_pen_letters,
    read_pen_strokes,
    split_of_writer,
)
from training.errors import DataUnavailableError

ENTRIES = [
    {"label": digit, "writer": f"provider/{writer}", "strokes": [[[0, 0], [999, digit]], [[5, 5]]]}
    for writer in range(40)
    for digit in (3, 7)
]
LINES = "".join(json.dumps(entry) + "\n" for entry in ENTRIES)


def test_a_gzipped_file_is_read_like_a_plain_one(tmp_path):
    plain, gzipped = tmp_path / "pen.jsonl", tmp_path / "pen.jsonl.gz"
    plain.write_text(LINES)
    gzipped.write_bytes(gzip.compress(LINES.encode()))
    for path in (plain, gzipped):
        characters = read_pen_strokes(path)
        assert [(character.label, character.writer) for character in characters] == [
            (entry["label"], entry["writer"]) for entry in ENTRIES
        ]
        assert [stroke.tolist() for stroke in characters[1].strokes] == [[[0, 0], [999, 7]], [[5, 5]]]
        assert characters[0].strokes[0].dtype == np.float32


def test_every_writer_is_in_only_one_split(tmp_path):
    path = tmp_path / "pen.jsonl"
    path.write_text(LINES)
    splits = [read_pen_strokes(path, split) for split in ("train", "validation", "test")]
    writers = [{character.writer for character in characters} for characters in splits]
    assert all(writers)
    assert sum(map(len, writers)) == 40
    assert sum(map(len, splits)) == 80


@pytest.mark.parametrize(
    "files", [["ibm/ibm0/r0007", "ibm/ibm0/r0107", "ibm/ibm0/r0207"], ["art/art08trn", "art/art08tst"]]
)
def test_files_of_one_person_are_in_the_same_split(files):
    assert len({person_of(file) for file in files}) == 1
    assert len({split_of_writer(file) for file in files}) == 1


def test_files_of_different_people_have_different_names():
    files = ["ibm/ibm0/r0007", "ibm/ibm0/r0108", "art/art08trn", "art/art03trn", "app/app12/app1207", "gmd/alek"]
    assert len({person_of(file) for file in files}) == len(files)


def test_a_missing_file_says_what_to_run(tmp_path):
    with pytest.raises(DataUnavailableError, match=r"python -m training\.data\.unipen"):
        read_pen_strokes(tmp_path / "pen.jsonl.gz")


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        '{"label": 7}',
        "[1]",
        '{"label": 7, "writer": "a", "strokes": [[[1]]]}',
        '{"label": 7, "writer": "a", "strokes": []}',
        '{"label": 7, "writer": "a", "strokes": [[]]}',
        '{"label": 7, "writer": 3, "strokes": [[[1, 2]]]}',
        '{"label": 7, "writer": "a", "strokes": [[1, 2], [3, 4]]}',
        '{"label": 7, "writer": "a", "strokes": [[[1, 2, 0.1], [3, 4, 0.2]]]}',
        '{"label": 7, "writer": "a", "strokes": [[[1, NaN]]]}',
        '{"label": 7, "writer": "a", "strokes": [[[1, 1e39]]]}',
        '{"label": 7.0, "writer": "a", "strokes": [[[1, 2]]]}',
        '{"label": true, "writer": "a", "strokes": [[[1, 2]]]}',
        '{"label": [7], "writer": "a", "strokes": [[[1, 2]]]}',
        json.dumps({"label": 7, "writer": "a", "strokes": [[[1, 2]]] * 129}),
    ],
)
def test_a_malformed_file_is_reported(tmp_path, text):
    path = tmp_path / "pen.jsonl"
    path.write_text(text)
    with pytest.raises(DataUnavailableError, match="not a file of pen strokes"):
        read_pen_strokes(path)


@pytest.mark.parametrize(
    "damage", [lambda whole: whole[:-20], lambda whole: whole[:30] + b"x" * 30 + whole[60:], bytes]
)
def test_a_damaged_file_is_reported(tmp_path, damage):
    line = json.dumps({"label": 7, "writer": "a", "strokes": [[[1, 2], [3, 4]]]}).encode()
    path = tmp_path / "pen.jsonl.gz"
    path.write_bytes(line if damage is bytes else damage(gzip.compress(b"\n".join([line] * 100))))
    with pytest.raises(DataUnavailableError, match="not a file of pen strokes"):
        read_pen_strokes(path)


def test_a_file_of_digits_is_not_accepted_as_letters(tmp_path):
    path = tmp_path / "pen.jsonl"
    path.write_text('{"label": "a", "writer": "a", "strokes": [[[1, 2]]]}\n')
    assert [letter.label for letter in read_pen_letters(path)] == ["a"]
    path.write_text('{"label": 7, "writer": "a", "strokes": [[[1, 2]]]}\n')
    with pytest.raises(DataUnavailableError, match="holds digits"):
        read_pen_letters(path)


def test_a_file_of_letters_is_not_accepted_as_digits(tmp_path):
    path = tmp_path / "pen.jsonl"
    path.write_text('{"label": "a", "writer": "w", "strokes": [[[1, 2]]]}')
    with pytest.raises(DataUnavailableError, match="more than digits"):
        read_pen_digits(path)
