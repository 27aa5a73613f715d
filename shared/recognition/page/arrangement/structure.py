"""The structure of a page: digits in reading order, and the numbers, lines and tables that they form.

Everything refers to everything by index, as in the message of the API.
"""

from dataclasses import dataclass

from shared.recognition.page.pixel_box import PixelBox


@dataclass(frozen=True)
class PlacedSeparator:
    """A separator inside a number. `after` digits of the number stand before it, at least one."""

    sign: str
    after: int
    box: PixelBox
    score: float


@dataclass(frozen=True)
class ArrangedNumber:
    """At least one digit. `digits` are places in `Arrangement.digits`, in order; `text` is what a person would type."""

    text: str
    line: int
    digits: tuple[int, ...]
    separators: tuple[PlacedSeparator, ...]
    box: PixelBox


@dataclass(frozen=True)
class ArrangedLine:
    """At least one number. `text` has single spaces between them, `numbers` their places in `Arrangement.numbers`."""

    text: str
    box: PixelBox
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class ArrangedTable:
    """`numbers[row][column]` are places in `Arrangement.numbers`; an empty cell has none."""

    box: PixelBox
    numbers: tuple[tuple[tuple[int, ...], ...], ...]


@dataclass(frozen=True)
class Arrangement:
    """`digits` are places in the arranged marks, in reading order. Each one is in one number, and that on one line."""

    digits: tuple[int, ...]
    numbers: tuple[ArrangedNumber, ...]
    lines: tuple[ArrangedLine, ...]
    tables: tuple[ArrangedTable, ...]
