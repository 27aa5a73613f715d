"""Reads files of pen strokes: characters as points along the pen's path, split by writer.

A file holds JSON lines, plain or gzipped: {"label": 7, "writer": "...", "strokes": [[[x, y], ...], ...]}. Each stroke
is a list of points, from pen down to pen up. x points to the right and y down; the longer side of the character is
scaled to 0..999. `training/data/unipen/` makes such files from a public collection.
"""

import gzip
import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.data.labelled_images import Split
from training.data.splits import split_by_name
from training.errors import DataUnavailableError

Points = NDArray[np.float32]  # (P, 2), x and y in 0..999

TEST_SHARE = 0.15  # share of the writers
VALIDATION_SHARE = 0.15
MAX_STROKES = 100  # per character; augmentation draws 128 points, at least one for each stroke
MAX_COORDINATE = 1e9  # far beyond the usual 0..999; even its square is finite in float32


@dataclass(frozen=True)
class PenCharacter:
    """One character as it was written. `label` is the digit, or a text (a letter, "not a digit") for anything else."""

    label: int | str
    writer: str
    strokes: tuple[Points, ...]


def read_pen_strokes(path: Path, split: Split | None = None) -> list[PenCharacter]:
    """Return the characters of that split, or of all splits.

    DataUnavailableError if the file is missing or malformed.
    """
    try:
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
            entries = [json.loads(line) for line in lines]
            characters = [parse_character(entry) for entry in entries]
    except FileNotFoundError as error:
        raise DataUnavailableError(
            f"The file {path} does not exist: make it with `python -m training.data.unipen`."
        ) from error
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, OverflowError) as error:
        raise DataUnavailableError(
            f"{path} is not a file of pen strokes ({error!r}): make it again with `python -m training.data.unipen`."
        ) from error
    return [character for character in characters if split is None or split_of_writer(character.writer) == split]


def read_pen_digits(files: Path | Sequence[Path], split: Split | None = None) -> list[PenCharacter]:
    """Read one or several files of digits, like `read_pen_strokes`.

    DataUnavailableError also if a file contains anything else.
    """
    if not isinstance(files, Path):
        return [character for path in files for character in read_pen_digits(path, split)]
    path, characters = files, read_pen_strokes(files, split)
    if others := {character.label for character in characters if character.label not in range(10)}:
        raise DataUnavailableError(
            f"{path} holds more than digits ({', '.join(sorted(map(str, others))[:5])}): give a file of digits."
        )
    return characters


def read_pen_letters(path: Path, split: Split | None = None) -> list[PenCharacter]:
    """Read a file of letters, like `read_pen_strokes`. DataUnavailableError also if it contains digits."""
    characters = read_pen_strokes(path, split)
    if any(isinstance(character.label, int) for character in characters):
        raise DataUnavailableError(f"{path} holds digits: give a file of letters.")
    return characters


def parse_character(entry: dict[str, Any]) -> PenCharacter:
    """Check one line of the file. KeyError, TypeError or ValueError if a value is missing or has a wrong form."""
    label, writer, strokes = entry["label"], entry["writer"], tuple(map(parse_points, entry["strokes"]))
    if not 0 < len(strokes) <= MAX_STROKES:
        raise ValueError(f"a character has {len(strokes)} strokes")
    if isinstance(label, bool) or not isinstance(label, int | str):
        raise TypeError("a label is neither a whole number nor a text")
    if not isinstance(writer, str):
        raise TypeError("a writer's name is not a text")
    return PenCharacter(label, writer, strokes)


def parse_points(stroke: list[list[float]]) -> Points:
    """Return the points (P, 2) of one stroke. ValueError if it is not a list of [x, y]."""
    points = np.array(stroke, np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) == 0:
        raise ValueError("a stroke is not a list of [x, y]")
    if not (np.abs(points) < MAX_COORDINATE).all():
        raise ValueError("a coordinate is too large or not a number")
    return points.astype(np.float32)


def split_of_writer(writer: str) -> Split:
    """Return the split of that writer. All characters of one person are in the same split."""
    return split_by_name(person_of(writer), test=TEST_SHARE, validation=VALIDATION_SHARE)


def person_of(writer: str) -> str:
    """Return the same name for all files of one person.

    UNIPEN names writers by their file, and two of its providers have several files for one person.
    """
    without_session = re.sub(
        r"(ibm/ibm\d/r)\d\d(\d\d)$", r"\1\2", writer
    )  # IBM's files are named rSSWW: session SS, writer WW
    return re.sub(r"(art/art\d\d)(trn|tst)$", r"\1", without_session)
