"""The public UNIPEN distribution → a file of pen strokes: isolated digits, or letters that nobody reads as a digit.

`python -m training.data.unipen FOLDER --output FILE [--letters]`; FOLDER is train_r01_v07, with `data` and `include`
in it. docs/data.md says where it comes from and describes the file.
"""

import argparse
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from training.data.pen_characters import PenCharacter, Points
from training.data.unipen.format import Points as TabletPoints
from training.data.unipen.format import UnipenError, parse_segment, read_pen_file, select_ink
from training.errors import DataUnavailableError
from training.options import DATA_DIR

DIGIT_SECTIONS, LETTER_SECTIONS = ("1a",), ("1b", "1c")  # isolated digits; isolated capitals, isolated small letters
DIGITS = "0123456789"
LETTERS = "AEFHKMNPRWXaefhkmnpruvwx"  # the others are written like a digit, or like a part of one
LONGER_SIDE = 999

Skipped = Counter[str]  # reason → how many segments, or files that can't be read at all


def read_characters(folder: Path, sections: Sequence[str], labels: str, skipped: Skipped) -> Iterator[PenCharacter]:
    """Every character of those sections with one of those labels, in the order of the files' names."""
    for section in sections:
        start = folder / "data" / section
        for path in sorted(path for path in start.rglob("*") if path.is_file()):
            writer = path.relative_to(start).with_suffix("").as_posix()
            yield from _read_file(path, folder / "include", writer, labels, skipped)


def _read_file(path: Path, include_dir: Path, writer: str, labels: str, skipped: Skipped) -> Iterator[PenCharacter]:
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
    """Turned so that y points down, moved to 0, the longer side 0..999. UnipenError where all points are one."""
    points = np.concatenate(strokes)
    left, top = points[:, 0].min(), points[:, 1].max()
    extent = np.ptp(points, axis=0).max()
    if extent == 0:
        raise UnipenError("missing points")  # the distribution puts one point 0 0 where it leaves the ink out
    scale = LONGER_SIDE / extent
    return tuple(((stroke - (left, top)) * (scale, -scale)).round().astype(np.float32) for stroke in strokes)


def write_characters(characters: Sequence[PenCharacter], path: Path) -> None:
    """One JSON line each, gzipped where the name ends in .gz: the same bytes for the same characters."""
    lines = "".join(f"{_to_json(character)}\n" for character in characters).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(lines, mtime=0) if path.suffix == ".gz" else lines)


def _to_json(character: PenCharacter) -> str:
    strokes = [stroke.astype(int).tolist() for stroke in character.strokes]
    entry = {"label": character.label, "writer": character.writer, "strokes": strokes}
    return json.dumps(entry, separators=(",", ":"))


def convert(folder: Path, path: Path, letters: bool = False) -> str:
    """Writes the file, → a summary for a person. DataUnavailableError where the folder holds no such characters."""
    sections, labels = (LETTER_SECTIONS, LETTERS) if letters else (DIGIT_SECTIONS, DIGITS)
    skipped = Skipped()
    characters = list(read_characters(folder, sections, labels, skipped))
    reasons = ", ".join(f"{count} {reason}" for reason, count in skipped.most_common())
    summary = f"skipped {skipped.total()}" + (f" ({reasons})" if reasons else "")
    if not characters:
        raise DataUnavailableError(
            f"{folder} has no characters in data/{' or data/'.join(sections)}, {summary}: "
            "give the folder train_r01_v07 of the UNIPEN distribution, which holds `data` and `include`."
        )
    write_characters(characters, path)
    writers = len({character.writer for character in characters})
    return f"{len(characters)} characters from {writers} writers' files are in {path}; {summary}"


def main() -> int:
    """`python -m training.data.unipen`."""
    parser = argparse.ArgumentParser(description="Make a file of pen strokes from the UNIPEN distribution.")
    parser.add_argument("folder", type=Path, help="train_r01_v07, with `data` and `include` in it")
    parser.add_argument("--output", type=Path, help="default .data/pen_digits.jsonl.gz, or pen_letters")
    parser.add_argument("--letters", action="store_true", help=f"the letters {LETTERS} instead of the digits")
    arguments = parser.parse_args()
    name = "pen_letters.jsonl.gz" if arguments.letters else "pen_digits.jsonl.gz"
    try:
        print(convert(arguments.folder, arguments.output or DATA_DIR / name, arguments.letters))
    except (DataUnavailableError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
