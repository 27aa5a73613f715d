"""Characters as a pen wrote them: a file of strokes, read whole and split by writer.

JSON lines, plain or gzipped: {"label": 7, "writer": "...", "strokes": [[[x, y], ...], ...]}, x to the right, y down,
the longer side scaled to 0..999, one list of points for each time the pen was down. docs/data.md has a source.
"""

import gzip
import json
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.data.labelled_images import Split
from training.data.splits import split_by_name
from training.errors import DataUnavailableError

Points = NDArray[np.float32]  # (P, 2), x and y in 0..999

TEST_SHARE = 0.15  # of the writers
VALIDATION_SHARE = 0.15
MOST_STROKES = 100  # a character; each is drawn with a point at least, of 128
LARGEST = 1e9  # a coordinate


@dataclass(frozen=True)
class PenCharacter:
    """One character as it was written. `label` is its digit, or the letter that it is instead."""

    label: int | str
    writer: str
    strokes: tuple[Points, ...]


def read_pen_strokes(path: Path, split: Split | None = None) -> list[PenCharacter]:
    """Every character of that part, or of all parts. DataUnavailableError where the file is missing or malformed."""
    try:
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
            entries = [json.loads(line) for line in lines]
            characters = [as_character(entry) for entry in entries]
    except FileNotFoundError as error:
        raise DataUnavailableError(
            f"There are no pen strokes in {path}: make them with `python -m training.data.unipen`."
        ) from error
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, OverflowError) as error:
        raise DataUnavailableError(f"{path} is not a file of pen strokes: {error!r}.") from error
    return [character for character in characters if split is None or split_of_writer(character.writer) == split]


def read_pen_digits(path: Path, split: Split | None = None) -> list[PenCharacter]:
    """The same of a file of digits. DataUnavailableError where it holds anything else."""
    characters = read_pen_strokes(path, split)
    if others := {character.label for character in characters if character.label not in range(10)}:
        raise DataUnavailableError(f"{path} holds more than digits: {sorted(map(str, others))[:5]}.")
    return characters


def read_pen_letters(path: Path, split: Split | None = None) -> list[PenCharacter]:
    """The same of a file of what is no digit. DataUnavailableError where it holds digits."""
    characters = read_pen_strokes(path, split)
    if any(isinstance(character.label, int) for character in characters):
        raise DataUnavailableError(f"{path} holds digits, and should hold letters.")
    return characters


def as_character(entry: dict[str, Any]) -> PenCharacter:
    """KeyError, TypeError or ValueError where a part is missing or is not what it should be."""
    label, writer, strokes = entry["label"], entry["writer"], tuple(map(as_points, entry["strokes"]))
    if not 0 < len(strokes) <= MOST_STROKES:
        raise ValueError(f"a character of {len(strokes)} strokes")
    if isinstance(label, bool) or not isinstance(label, int | str):
        raise TypeError("a label that is neither a whole number nor a text")
    if not isinstance(writer, str):
        raise TypeError("a writer whose name is no text")
    return PenCharacter(label, writer, strokes)


def as_points(stroke: list[list[float]]) -> Points:
    """ValueError where it is no list of x and y."""
    points = np.array(stroke, np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) == 0:
        raise ValueError("a stroke that is no list of [x, y]")
    if not (np.abs(points) < LARGEST).all():
        raise ValueError("a point that lies nowhere")
    return points.astype(np.float32)


def split_of_writer(writer: str) -> Split:
    """All that one person wrote is in the same part, whatever file it comes in and in whatever order."""
    return split_by_name(person_of(writer), test=TEST_SHARE, validation=VALIDATION_SHARE)


def person_of(writer: str) -> str:
    """UNIPEN names a writer by a file; two of its providers have several files of one person."""
    without_session = re.sub(r"(ibm/ibm\d/r)\d\d(\d\d)$", r"\1\2", writer)  # IBM's rSSWW: session, then writer
    return re.sub(r"(art/art\d\d)(trn|tst)$", r"\1", without_session)
