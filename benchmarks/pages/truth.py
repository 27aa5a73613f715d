"""What stands on a composed page: its signs with boxes, its lines as a person would type them, and its tables.

Coordinates are pixels of the upright picture, x to the right and y down. Answers of a reader use the same types, so
that an answer and the truth can be compared.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Box = tuple[float, float, float, float]  # left, top, right, bottom

DIGITS = "0123456789"
SEPARATORS = ".,:/-"


@dataclass(frozen=True)
class Sign:
    """A digit or a separator, and the box around its ink."""

    text: str
    box: Box

    @property
    def is_digit(self) -> bool:
        """Whether it is a digit; the others are separators."""
        return self.text in DIGITS


@dataclass(frozen=True)
class Line:
    """`text` has single spaces between numbers. `signs` are its digits and separators from left to right."""

    text: str
    signs: tuple[Sign, ...]

    @property
    def digits(self) -> str:
        """The digits of the text alone."""
        return keep_digits(self.text)


@dataclass(frozen=True)
class Table:
    """`cells` (rows, columns) are texts, empty for an empty cell."""

    cells: tuple[tuple[str, ...], ...]
    box: Box


@dataclass(frozen=True)
class ComposedPage:
    """A picture file and its truth.

    `width` and `height` are the upright size. The file holds the page turned anticlockwise by `turns` quarter turns. A
    reader has to turn it as far clockwise.
    """

    kind: str
    name: str
    picture: bytes
    media_type: str
    width: int
    height: int
    turns: int
    lines: tuple[Line, ...]
    tables: tuple[Table, ...]


def keep_digits(text: str) -> str:
    """The digits of a text."""
    return "".join(sign for sign in text if sign in DIGITS)


def bound(boxes: Sequence[Box]) -> Box:
    """The box around one or more boxes."""
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def turn_box(box: Box, turns: int, width: float, height: float) -> Box:
    """The box after `turns` anticlockwise quarter turns of a picture of that width and height."""
    for _ in range(turns % 4):
        box = (box[1], width - box[2], box[3], width - box[0])
        width, height = height, width
    return box


def move_table(table: Table, move: Callable[[Box], Box]) -> Table:
    """The table with its box moved."""
    return Table(table.cells, move(table.box))


def move_line(line: Line, move: Callable[[Box], Box]) -> Line:
    """The line with all its boxes moved."""
    return Line(line.text, tuple(Sign(sign.text, move(sign.box)) for sign in line.signs))
