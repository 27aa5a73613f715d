"""The CSV of answers: opened again by a later run, and never left with half a picture.

All rows of a picture are written at once, past every buffer. If the machine stopped in the middle of a row, the next
run cuts that row off and reads its picture again.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from shared.clients.read.rows import COLUMNS, Row

ENCODING = "utf-8"
MARK = "\ufeff"  # without a byte order mark, Excel shows accents wrongly
ANY_NAME = "surrogateescape"  # the name of a file may be any bytes
LONGEST_REST = 4 * 1024 * 1024  # bytes; the rows of a picture with 1,000 numbers have far less


class NotOurFileError(Exception):
    """The file holds something else. The message is a sentence for the person."""


@dataclass
class Written:
    """What a CSV holds: the pictures with rows, and how many of them have a problem. `end` is its length in bytes."""

    files: set[str] = field(default_factory=set)
    problems: int = 0
    end: int = 0


class AnswersFile:
    """Rows are appended. Use it in a `with`. NotOurFileError, OSError."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab+", buffering=0)
        try:
            self.written = read_answers(path)
            self._file.truncate(self.written.end)
            if not self.written.end:
                self._write(MARK + _to_csv([dict(zip(COLUMNS, COLUMNS, strict=True))]))
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, rows: Sequence[Row]) -> None:
        """Append all rows of one picture. OSError; then the file is as it was before."""
        self._write(_to_csv(rows))

    def _write(self, text: str) -> None:
        start, left = self._file.seek(0, io.SEEK_END), memoryview(text.encode(ENCODING, ANY_NAME))
        try:
            while left:
                left = left[self._file.write(left) :]
        except BaseException:
            self._file.truncate(start)
            raise


def read_answers(path: Path) -> Written:
    """What an earlier run has written, without a picture whose rows are not complete. NotOurFileError."""
    written, last, before_last = Written(), "", 0
    with path.open("rb") as file:
        lines = _Lines(file)
        for count, row in enumerate(_iterate_complete_rows(lines)):
            if len(row) != len(COLUMNS) or (count == 0 and tuple(row) != COLUMNS):
                raise NotOurFileError(f"{path} is no file of answers (row {count + 1}). Choose another --output.")
            if count and row[0] != last:
                last, before_last = row[0], written.end
                written.files.add(last)
                written.problems += bool(row[-1])
            written.end = lines.position
        if lines.size > written.end and last:  # a half row; it may belong to the picture before it
            written.files.discard(last)
            written.end = before_last
        if not _is_own_rest(path, written.end):
            raise NotOurFileError(f"{path} has something else than answers at its end. Choose another --output.")
    return written


def _is_own_rest(path: Path, end: int) -> bool:
    """Whether all after `end` may be rows of one picture that a killed run did not complete."""
    with path.open("rb") as file:
        file.seek(end)
        rest = file.read(LONGEST_REST + 1)
    if not end:
        return (MARK + _to_csv([dict(zip(COLUMNS, COLUMNS, strict=True))])).encode(ENCODING).startswith(rest)
    complete = rest[: rest.rfind(b"\n") + 1].decode(ENCODING, ANY_NAME)
    if len(rest) > LONGEST_REST:
        return False
    try:
        rows = list(csv.reader(io.StringIO(complete), strict=True))
    except csv.Error as error:
        return "unexpected end of data" in str(error)  # the last row ends inside quotes
    return all(len(row) == len(COLUMNS) and row[0] == rows[0][0] for row in rows)


@dataclass
class _Lines:
    """The lines of a file as text. `position` is the end of the last complete one, `size` what was read."""

    file: BinaryIO
    position: int = 0
    size: int = 0

    def __iter__(self) -> Iterator[str]:
        for line in self.file:
            self.size += len(line)
            if line.endswith(b"\n"):
                self.position = self.size
            yield line.decode(ENCODING, ANY_NAME).removeprefix(MARK if self.size == len(line) else "")


def _iterate_complete_rows(lines: _Lines) -> Iterator[list[str]]:
    try:
        for row in csv.reader(lines, strict=True):
            if lines.position < lines.size:
                return
            yield row
    except csv.Error:  # the file ends inside quotes
        return


def _to_csv(rows: Sequence[Row]) -> str:
    text = io.StringIO()
    csv.DictWriter(text, COLUMNS, restval="").writerows(rows)
    return text.getvalue()
