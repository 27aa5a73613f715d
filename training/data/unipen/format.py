"""Reads files in UNIPEN 1.0, a text format for pen movements. Guyon et al., ICPR 1994.

A statement is a keyword at the start of a line (`.COORD X Y T`) and the text up to the next keyword. Points follow
.PEN_DOWN and .PEN_UP. Each .PEN_DOWN or .PEN_UP with points is a component. Components are numbered from 0, including
those of included files. A .SEGMENT statement gives the label of some components, or of points within them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

TabletPoints = NDArray[np.float64]  # (P, 2): x to the right and y up, in the tablet's units

KEYWORD = re.compile(r"^\.([A-Z]\S*)", re.MULTILINE)
SEGMENT = re.compile(r'(?P<level>\S+)\s+(?P<delineation>\S.*?)\s+(?P<quality>\S+)\s+"(?P<label>.*)"', re.DOTALL)
MAX_COORDINATE = 2**31  # more than any tablet's coordinates
PLACE = re.compile(r"(\d+)(?::(\d+))?")  # number of a component, and perhaps of a point in it


class UnipenError(Exception):
    """A file or segment cannot be read. The message is one of a few fixed reasons, so that reasons can be counted."""


@dataclass(frozen=True)
class Component:
    """One movement of the pen, on the tablet (ink) or above it.

    `numbers` is the text of its points; `columns` names the numbers of one point, for example X, Y and T.
    """

    is_ink: bool
    numbers: str
    columns: Sequence[str]

    def read_points(self) -> TabletPoints:
        """Return the points (P, 2). UnipenError if the numbers are malformed."""
        try:
            table = np.array(self.numbers.split(), np.float64).reshape(-1, len(self.columns))
            points = table[:, [self.columns.index("X"), self.columns.index("Y")]]
        except ValueError as error:
            raise UnipenError("malformed points") from error
        if not (np.abs(points) < MAX_COORDINATE).all():  # this is also False for nan, which numpy accepts as a number
            raise UnipenError("malformed points")
        return points


@dataclass(frozen=True)
class Segment:
    """What is written (`label`) and where: `delineation` is the text that names the components.

    `level` is for example CHARACTER or WORD; `quality` is GOOD, OK, BAD or ?.
    """

    level: str
    delineation: str
    quality: str
    label: str


@dataclass(frozen=True)
class PenFile:
    """The contents of a file and its included files. Segments stay text, so a malformed one does not affect others."""

    components: list[Component] = field(default_factory=list)
    segments: list[str] = field(default_factory=list)


def read_pen_file(path: Path, include_dir: Path) -> PenFile:
    """Read a file and the files that it includes. UnipenError if one of them is missing or includes itself."""
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
    """Yield each keyword without its dot, and the text that follows it.

    An .INCLUDE statement is replaced by the statements of the other file. `within` are the files that include this one.
    """
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
    """Parse the text of a segment, such as `CHARACTER 12-13 OK "4"`. UnipenError if it has another form."""
    match = SEGMENT.match(text)
    if match is None:
        raise UnipenError("malformed segment")
    label = re.sub(r"\\(.)", r"\1", match["label"])
    return Segment(match["level"], "".join(match["delineation"].split()), match["quality"], label)


def select_ink(components: Sequence[Component], delineation: str) -> list[TabletPoints]:
    """Return the ink that a delineation names, one array (P, 2) for each component.

    Delineations look like `4`, `3-5`, `2,4` or `0:12-1:5` (component:point); both ends are included.
    UnipenError if a component or point is missing, or if the pen was up in all of them.
    """
    strokes = [stroke for span in delineation.split(",") for stroke in _select_span(components, span)]
    if not strokes:
        raise UnipenError("no ink")
    return strokes


def _select_span(components: Sequence[Component], span: str) -> Iterator[TabletPoints]:
    """Yield the ink of one span such as `3-5` or `0:12-1:5`."""
    start, _, end = span.partition("-")
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
    """Parse `3` or `3:12`. Returns the component's number, and the point's number if there is one."""
    match = PLACE.fullmatch(text)
    if match is None:
        raise UnipenError("malformed segment")
    return int(match[1]), int(match[2]) if match[2] else None
