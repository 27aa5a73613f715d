"""The numbers of a page as text, with what the visitor corrected: a reading and one sign per digit in, texts out.

A sign is the character of a digit, or None if the visitor said that there is no digit. The texts of the reading itself
are not used, because they hold what the model read.
"""

from collections.abc import Sequence

from shared.contracts.page import PageNumber, PageReading, PageTable

Signs = Sequence[str | None]


def write_number(number: PageNumber, signs: Signs) -> str:
    """`19,95`. A separator without a digit on both sides is left out. Empty if no digit is left."""
    separators = {separator.after: separator.text for separator in number.separators}
    text = pending = ""
    for place, index in enumerate(number.digits):
        pending = separators.get(place, pending)
        sign = signs[index]
        if sign is not None:
            text += (pending if text else "") + sign
            pending = ""
    return text


def write_lines(reading: PageReading, signs: Signs) -> list[str]:
    """One text for each line that still has a digit: `19,95 3`."""
    lines = [join_numbers(reading, line.numbers, signs) for line in reading.lines]
    return [line for line in lines if line]


def write_cells(table: PageTable, reading: PageReading, signs: Signs) -> list[list[str]]:
    """The text of each cell, row by row. A cell without a number is empty."""
    return [[join_numbers(reading, cell, signs) for cell in row] for row in table.numbers]


def join_numbers(reading: PageReading, numbers: Sequence[int], signs: Signs) -> str:
    """The numbers with these indices, with single spaces between them."""
    texts = [write_number(reading.numbers[index], signs) for index in numbers]
    return " ".join(text for text in texts if text)
