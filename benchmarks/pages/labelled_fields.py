"""A folder of pictures with a CSV file of their digits, such as bank fields; its heading is `file,digits`.

`file` is relative to the folder. `digits` are those of the whole picture in reading order; a `/` separates lines and
is ignored. A field is exact if the reader's digits, in its own order, are the same string.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pages.answer import Answer
from benchmarks.pages.truth import keep_digits
from training.errors import DataUnavailableError


@dataclass(frozen=True)
class LabelledField:
    """One picture and its digits."""

    picture: Path
    digits: str


def list_fields(folder: Path) -> list[LabelledField]:
    """The rows of the folder's one CSV file. DataUnavailableError if it is missing, malformed, or names no picture."""
    tables = sorted(folder.glob("*.csv"))
    if len(tables) != 1:
        raise DataUnavailableError(f"{folder} has {len(tables)} CSV files; it needs one with the columns file,digits.")
    with tables[0].open(newline="") as table:
        rows = list(csv.DictReader(table))
    if not rows or not {"file", "digits"} <= set(rows[0]):
        raise DataUnavailableError(f"{tables[0]} has no rows with the columns file,digits.")
    fields = [LabelledField(folder / row["file"], keep_digits(row["digits"])) for row in rows]
    if missing := [field.picture for field in fields if not field.picture.exists()]:
        raise DataUnavailableError(f"{tables[0]} names pictures that do not exist, such as {missing[0]}.")
    return fields


def count_exact(fields: Sequence[LabelledField], answers: Sequence[Answer]) -> int:
    """How many fields have exactly their digits."""
    return sum(field.digits == answer.digits for field, answer in zip(fields, answers, strict=True))
