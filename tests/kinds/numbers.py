"""Numbers on empty paper: strips, close rows, decimal separators, small zeros, cut digits and turned pages."""

from collections.abc import Iterator

import numpy as np

from tests.kinds.case import Case, make_case
from tests.kinds.hand import HANDS, Hand, Sheet
from tests.kinds.photograph import take_photograph

STRIPS = ("1", "71", "110", "31171", "10110", "11", "814161", "2001", "1918")
ROWS = (("83160", "49275", "10638"), ("2604", "7719", "5083", "9142"), ("55107", "38246"))


def draw_ones() -> Iterator[Case]:
    """Strips that are hardly higher than the digits, and a photograph of two large ones."""
    for index, text in enumerate(STRIPS):
        hand, height = HANDS[index % len(HANDS)], (44, 60, 75)[index % 3]
        sheet = Sheet(round(height * (len(text) * 0.85 + 1.5)), height + 34)
        sheet.write(text, 18, 16, height, hand, index)
        yield make_case("ones", "strip", text, sheet.pixels)
    for text, hand in (("14", HANDS[0]), ("71", HANDS[3])):
        sheet = Sheet(1200, 900, (235, 235, 235))
        sheet.write(text, 260, 220, 400, Hand(hand.form, 0.0, 0.02), 3)
        yield make_case("ones", "photograph", text, take_photograph(sheet.pixels, 1), "JPEG")


def draw_close_rows() -> Iterator[Case]:
    """Rows whose gaps are a fraction of the digits' height."""
    for index, rows in enumerate(ROWS):
        for gap in (5, 12):
            height = (66, 54, 80)[index]
            sheet = Sheet(round(height * 6), round(len(rows) * (height + gap) + 60))
            for row, text in enumerate(rows):
                sheet.write(text, 30 + 4 * row, 28 + row * (height + gap), height, HANDS[(index + row) % 4], row)
            yield make_case("close-rows", f"gap-{gap}", "".join(rows), sheet.pixels)


def draw_separators() -> Iterator[Case]:
    """Decimal commas and points, which are no digits."""
    for index, text in enumerate(("27,30", "3.14", "1,5", "608,91", "0.75", "11,01", "46.8")):
        height = (64, 50, 84)[index % 3]
        sheet = Sheet(560, 160)
        sheet.write(text, 34, 30, height, HANDS[index % len(HANDS)], index)
        yield make_case(
            "separators", text.replace(",", "c").replace(".", "p"), text.replace(",", "").replace(".", ""), sheet.pixels
        )


def draw_small_zeros() -> Iterator[Case]:
    """A clear zero, and some other digits, on pictures of 16 to 32 pixels."""
    for side in (16, 20, 24, 28, 32):
        for digit, form in (("0", 0), ("0", 1), ("6", 0)):
            sheet = Sheet(side, side)
            height = round(0.7 * side)
            sheet.write(digit, 0.25 * side, 0.15 * side, height, Hand(form, 0.0, 0.14), side)
            yield make_case("small-zeros", f"{side}px-form{form}", digit, sheet.pixels)


def draw_edges() -> Iterator[Case]:
    """Digits that were cut tightly: their ink touches the border of the picture."""
    for index, digit in enumerate("7520493"):
        sheet = Sheet(400, 400)
        height = 220
        sheet.write(digit, 100, 90, height, HANDS[index % 3], index)
        ink = np.argwhere(sheet.pixels[..., 0] < 128)
        (top, left), (bottom, right) = ink.min(axis=0), ink.max(axis=0)
        cut = (slice(top, bottom + 1), slice(left, right + 1))
        if index % 2:  # only two sides are touched
            cut = (slice(max(0, top - 40), bottom + 1), slice(left, right + 60))
        yield make_case("edges", "cut", digit, np.ascontiguousarray(sheet.pixels[cut]))


def draw_turned() -> Iterator[Case]:
    """Whole pages on their side and upside down."""
    rows = ("27430", "5194", "36725")
    for turns in (1, 2, 3):
        sheet = Sheet(640, 480)
        for row, text in enumerate(rows):
            sheet.write(text, 60, 50 + 130 * row, 70, HANDS[row], row)
        yield make_case(
            "turned", f"by-{90 * turns}", "".join(rows), np.ascontiguousarray(np.rot90(sheet.pixels, turns))
        )
