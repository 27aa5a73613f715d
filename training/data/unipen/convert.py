"""Converts the UNIPEN distribution into one file of pen strokes, either of digits or of letters.

Only isolated characters are used, and only letters that nobody reads as a digit. Characters without ink, with broken
points or marked as bad are skipped and counted. `training/data/pen_characters.py` describes and reads the file.
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from training.data.pen_characters import PenCharacter, Points
from training.data.unipen.format import TabletPoints, UnipenError, parse_segment, read_pen_file, select_ink
from training.errors import DataUnavailableError

DIGIT_SECTIONS = ("1a",)  # isolated digits
LETTER_SECTIONS = ("1b", "1c")  # isolated capital letters, isolated small letters
DIGITS = "0123456789"
LETTERS = "AEFHKMNPRWXaefhkmnpruvwx"  # all others look like a digit or like a part of one
LONGER_SIDE = 999  # size of a character in the file, so that coordinates are whole numbers of at most three digits

Skipped = Counter[str]  # reason → number of segments or files that were skipped for it


def convert(folder: Path, output: Path, letters: bool = False) -> str:
    """Write the file and return a summary for the user. DataUnavailableError if the folder has no such characters."""
    sections, labels = (LETTER_SECTIONS, LETTERS) if letters else (DIGIT_SECTIONS, DIGITS)
    skipped = Skipped()
    characters = list(read_characters(folder, sections, labels, skipped))
    reasons = ", ".join(f"{count} {reason}" for reason, count in skipped.most_common())
    summary = f"skipped {skipped.total()}" + (f" ({reasons})" if reasons else "")
    if not characters:
        raise DataUnavailableError(
            f"{folder} has no characters in data/{' or data/'.join(sections)}, {summary}: "
            "give the folder train_r01_v07 of the UNIPEN distribution, which contains `data` and `include`."
        )
    write_characters(characters, output)
    writers = len({character.writer for character in characters})
    return f"wrote {len(characters)} characters from {writers} writers' files to {output}; {summary}"


def read_characters(folder: Path, sections: Sequence[str], labels: str, skipped: Skipped) -> Iterator[PenCharacter]:
    """Yield the characters of those sections whose label is in `labels`, sorted by file name.

    The writer of a character is the path of its file within the section. Reasons for skipping are counted in `skipped`.
    """
    for section in sections:
        start = folder / "data" / section
        for path in sorted(path for path in start.rglob("*") if path.is_file()):
            writer = path.relative_to(start).with_suffix("").as_posix()
            yield from _read_file(path, folder / "include", writer, labels, skipped)


def _read_file(path: Path, include_dir: Path, writer: str, labels: str, skipped: Skipped) -> Iterator[PenCharacter]:
    """Yield the characters of one file."""
    try:
        pen_file = read_pen_file(path, include_dir)
    except UnipenError as error:
        skipped[str(error)] += 1
        return
    for text in pen_file.segments:
        try:
            segment = parse_segment(text)
            if segment.level != "CHARACTER" or len(segment.label) != 1 or segment.label not in labels:
                continue
            if segment.quality == "BAD":
                raise UnipenError("bad quality")
            strokes = scale_strokes(select_ink(pen_file.components, segment.delineation))
        except UnipenError as error:
            skipped[str(error)] += 1
        else:
            yield PenCharacter(int(segment.label) if segment.label in DIGITS else segment.label, writer, strokes)


def scale_strokes(strokes: Sequence[TabletPoints]) -> tuple[Points, ...]:
    """Flip the strokes so that y points down, move them to 0 and scale their longer side to 0..999.

    UnipenError if all points are the same.
    """
    points = np.concatenate(strokes)  # (P, 2)
    left, top = points[:, 0].min(), points[:, 1].max()
    extent = np.ptp(points, axis=0).max()
    if extent == 0:
        raise UnipenError("missing points")  # where ink is left out, the distribution has a single point 0 0
    scale = LONGER_SIDE / extent
    return tuple(((stroke - (left, top)) * (scale, -scale)).round().astype(np.float32) for stroke in strokes)


def write_characters(characters: Sequence[PenCharacter], path: Path) -> None:
    """Write one JSON line per character, gzipped if the name ends in .gz. Same characters, same bytes."""
    lines = "".join(f"{_encode_json(character)}\n" for character in characters).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(lines, mtime=0) if path.suffix == ".gz" else lines)


def _encode_json(character: PenCharacter) -> str:
    strokes = [stroke.astype(int).tolist() for stroke in character.strokes]
    entry = {"label": character.label, "writer": character.writer, "strokes": strokes}
    return json.dumps(entry, separators=(",", ":"))
