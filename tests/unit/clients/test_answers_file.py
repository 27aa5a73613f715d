"""The CSV of answers keeps every complete picture and no half one, wherever an earlier run ended."""

import csv
from pathlib import Path

import pytest

from shared.clients.read.answers_file import AnswersFile, NotOurFileError, read_answers
from shared.clients.read.rows import COLUMNS, Row

TWO_NUMBERS: list[Row] = [{"file": "a\nb.png", "text": "19,95"}, {"file": "a\nb.png", "text": "3"}]
ONE_NUMBER: list[Row] = [{"file": 'c "d".png', "text": "7"}]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers.csv"


def write(path: Path, *pictures: list[Row]) -> None:
    with AnswersFile(path) as answers:
        for rows in pictures:
            answers.add(rows)


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, strict=True))


def texts_of(path: Path) -> list[tuple[str, str]]:
    return [(row[0], row[COLUMNS.index("text")]) for row in rows_of(path)[1:]]


def test_a_later_run_knows_the_pictures_and_appends(path: Path) -> None:
    write(path, TWO_NUMBERS)
    with AnswersFile(path) as answers:
        assert (answers.written.files, answers.written.problems) == ({"a\nb.png"}, 0)
        answers.add([{"file": "c.png", "problem": "too_large"}])
    assert rows_of(path)[0] == list(COLUMNS)
    assert texts_of(path) == [("a\nb.png", "19,95"), ("a\nb.png", "3"), ("c.png", "")]
    written = read_answers(path)
    assert (written.files, written.problems) == ({"a\nb.png", "c.png"}, 1)


def test_a_picture_is_in_the_file_as_soon_as_it_is_added(path: Path) -> None:
    with AnswersFile(path) as answers:
        answers.add(TWO_NUMBERS)
        assert len(texts_of(path)) == 2


def test_wherever_the_file_was_cut_off_the_next_run_completes_it(path: Path) -> None:
    write(path, ONE_NUMBER, TWO_NUMBERS)
    whole = path.read_bytes()
    complete = sorted(texts_of(path))
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with AnswersFile(path) as answers:
            for rows in (ONE_NUMBER, TWO_NUMBERS):
                if rows[0]["file"] not in answers.written.files:
                    answers.add(rows)
        assert rows_of(path)[0] == list(COLUMNS)
        if length != whole.index(b'"a\nb.png",,,3'):  # the end of a row, which only a full disk could be
            assert sorted(texts_of(path)) == complete, length


HEADER = ",".join(COLUMNS) + "\r\n"
ROW = "a.png" + "," * (len(COLUMNS) - 1) + "\r\n"


@pytest.mark.parametrize(
    "content",
    [
        "name,price\r\nball,3\r\n",
        HEADER + "a.png,1\r\n",
        '{"a": 1}',
        '"a"b\r\nmore\r\n',
        "\x00\x01\x02",
        HEADER + ROW + '"b".png' + ROW[5:] + ROW * 50,
    ],
    ids=["another table", "a short row", "one line of JSON", "no CSV", "bytes", "a broken row in the middle"],
)
def test_a_file_with_something_else_is_refused_and_stays_as_it_is(path: Path, content: str) -> None:
    path.write_bytes(content.encode())
    with pytest.raises(NotOurFileError, match=r"answers\.csv"):
        AnswersFile(path)
    assert path.read_bytes() == content.encode()


def test_a_name_of_any_bytes_is_found_again(path: Path) -> None:
    name = b"\xe9t\xe9 \xf0\x9f\x90\x8d.png".decode("utf-8", "surrogateescape")
    write(path, [{"file": name, "text": "7"}])
    assert read_answers(path).files == {name}
