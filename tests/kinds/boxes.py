"""Digits in boxes, in cells that were cut out with a corner of their lines, in combs and in tables."""

from collections.abc import Iterator

import cv2
import numpy as np

from tests.kinds.case import Case, make_case
from tests.kinds.hand import BLACK, HANDS, Sheet
from tests.kinds.photograph import take_photograph


def draw_boxes() -> Iterator[Case]:
    """One digit in a box, a digit that touches its box, a digit in a cut cell."""
    for index, digit in enumerate("360195"):
        sheet = Sheet(500, 500)
        sheet.box(150, 150, 350, 350, BLACK, (4, 3, 6)[index % 3])
        sheet.write(digit, 210, 185, 130, HANDS[index], index)
        yield make_case("boxes", "field", digit, sheet.pixels)
        if index % 2:
            yield make_case("boxes", "field-photograph", digit, take_photograph(sheet.pixels, index), "JPEG")
    for index, digit in enumerate("7931"):
        sheet = Sheet(300, 300)
        sheet.box(40, 40, 260, 260, (70, 70, 70), 2)
        sheet.write(digit, 120, 118 if index % 2 else 36, 150, HANDS[index], index)
        yield make_case("boxes", "touched", digit, sheet.pixels)
    for index, digit in enumerate("28465"):
        yield make_case("boxes", "cell", digit, _cut_cell(digit, index))


def _cut_cell(digit: str, index: int) -> np.ndarray:
    """(120, 120, 3): a cell of a tilted table. Lines of its upper left corner are on the picture."""
    sheet = Sheet(160, 160, (244, 244, 244))
    sheet.draw([[(26, 0), (26, 160)], [(0, 24), (160, 24)]], BLACK, (8, 5)[index % 2])
    sheet.write(digit, 54, 44, 78, HANDS[index], index)
    turn = cv2.getRotationMatrix2D((80, 80), (3, -2, 1.5, -3, 0)[index], 1)
    turned = cv2.warpAffine(sheet.pixels, turn, (160, 160), borderMode=cv2.BORDER_REPLICATE)
    return np.ascontiguousarray(turned[20:140, 20:140])


def draw_tables() -> Iterator[Case]:
    """Rows of boxes as for postcodes, and tables, drawn and photographed."""
    for index, text in enumerate(("70316", "28409", "11725")):
        sheet = Sheet(760, 200)
        for place, digit in enumerate(text):
            left = 50 + 130 * place
            sheet.box(left, 40, left + 100, 150, (60, 60, 60), 2)
            sheet.write(digit, left + 32, 60, 66, HANDS[(index + place) % 6], place)
        yield make_case("tables", "postcode", text, sheet.pixels)
        yield make_case("tables", "postcode-photograph", text, take_photograph(sheet.pixels, index), "JPEG")
    for index, rows in enumerate((("8017", "4293"), ("160", "552", "934"), ("70", "18"))):
        sheet = Sheet(100 + 110 * len(rows[0]), 100 + 110 * len(rows))
        for row, text in enumerate(rows):
            for column, digit in enumerate(text):
                left, top = 50 + 110 * column, 50 + 110 * row
                sheet.box(left, top, left + 110, top + 110, (60, 60, 60), (2, 4)[index % 2])
                sheet.write(digit, left + 35, top + 24, 62, HANDS[(index + column) % 6], row)
        yield make_case("tables", "table", "".join(rows), sheet.pixels)
