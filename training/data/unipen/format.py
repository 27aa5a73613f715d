"""Reads UNIPEN 1.0, the text format of pen data: statements, the pen's components, labelled segments of them.

A statement is a keyword at the start of a line (`.COORD X Y T`) and all text up to the next one. Points stand under
.PEN_DOWN and .PEN_UP; each of these that has points is a component, numbered from 0 through included files. A
.SEGMENT names components, or points within them, and gives their label. Guyon et al., ICPR 1994.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]  # (P, 2), x to the right and y up, in the tablet's units

KEYWORD = re.compile(r"^\.([A-Z]\S*)", re.MULTILINE)
SEGMENT = re.compile(r'(?P<level>\S+)\s+(?P<delineation>\S.*?)\s+(?P<quality>\S+)\s+"(?P<label>.*)"', re.DOTALL)
FURTHEST = 2**31  # no tablet counts further
PLACE = re.compile(r"(\d+)(?::(\d+))?")  # a component, or a point in it


class UnipenError(Exception):
    """Something that can't be read; the message is the reason in a few words, the same for the same reason."""


@dataclass(frozen=True)
class Component:
    """One stretch with the pen down (ink) or up. `numbers` is the text of its points, `columns` what each number is."""

    is_ink: bool
    numbers: str
    columns: Sequence[str]

    def read_points(self) -> Points:
        """UnipenError where the numbers don't make points."""
        try:
            table = np.array(self.numbers.split(), np.float64).reshape(-1, len(self.columns))
            points = table[:, [self.columns.index("X"), self.columns.index("Y")]]
        except ValueError as error:
            raise UnipenError("malformed points") from error
        if not (np.abs(points) < FURTHEST).all():  # nan, too, is a number to numpy
            raise UnipenError("malformed points")
        return points


@dataclass(frozen=True)
class Segment:
    """What is written there, and in which components: `delineation` as in the file. Quality is GOOD, OK, BAD or ?."""

    level: str
    delineation: str
    quality: str
    label: str


@dataclass(frozen=True)
class PenFile:
    """A file with all that it includes. `segments` are still text: one that is malformed spoils no other."""

    components: list[Component] = field(default_factory=list)
    segments: list[str] = field(default_factory=list)


def read_pen_file(path: Path, include_dir: Path) -> PenFile:
    """UnipenError where the file or one that it includes is missing."""
    read = PenFile()
    columns = ["X", "Y"]
    for keyword, text in iterate_statements(path, include_dir):
        if keyword == "COORD":
            columns = text.split()
        elif keyword == "SEGMENT":
            read.segments.append(text)
        elif keyword in {"PEN_DOWN", "PEN_UP"} and text:
            read.components.append(Component(keyword == "PEN_DOWN", text, columns))
    return read


def iterate_statements(path: Path, include_dir: Path, within: tuple[Path, ...] = ()) -> Iterator[tuple[str, str]]:
    """Keywords without their dot and the text behind them; .INCLUDE gives the statements of the other file."""
    if path in within:
        raise UnipenError("file includes itself")
    try:
        text = path.read_text("latin-1")
    except OSError as error:
        raise UnipenError("missing file") from error
    starts = list(KEYWORD.finditer(text))
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        argument = text[start.end() : following.start() if following else None].strip()
        if start[1] == "INCLUDE":
            yield from iterate_statements(include_dir / argument, include_dir, (*within, path))
        else:
            yield start[1], argument


def parse_segment(text: str) -> Segment:
    """`CHARACTER 12-13 OK "4"`. UnipenError where it is something else."""
    match = SEGMENT.match(text)
    if match is None:
        raise UnipenError("malformed segment")
    label = re.sub(r"\\(.)", r"\1", match["label"])
    return Segment(match["level"], "".join(match["delineation"].split()), match["quality"], label)


def select_ink(components: Sequence[Component], delineation: str) -> list[Points]:
    """The ink of `4`, `3-5`, `2,4` or `0:12-1:5`, ends included, one array a component.

    UnipenError where a component or point is missing, or all are with the pen up.
    """
    strokes = [stroke for stretch in delineation.split(",") for stroke in _select_stretch(components, stretch)]
    if not strokes:
        raise UnipenError("no ink")
    return strokes


def _select_stretch(components: Sequence[Component], stretch: str) -> Iterator[Points]:
    start, _, end = stretch.partition("-")
    first, first_point = _parse_place(start)
    last, last_point = _parse_place(end or start)
    if not first <= last < len(components):
        raise UnipenError("missing points")
    for number in range(first, last + 1):
        if components[number].is_ink:
            points = components[number].read_points()
            begin = first_point if number == first and first_point is not None else 0
            stop = last_point + 1 if number == last and last_point is not None else len(points)
            if not begin < stop <= len(points):
                raise UnipenError("missing points")
            yield points[begin:stop]


def _parse_place(text: str) -> tuple[int, int | None]:
    match = PLACE.fullmatch(text)
    if match is None:
        raise UnipenError("malformed segment")
    return int(match[1]), int(match[2]) if match[2] else None
