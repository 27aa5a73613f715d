"""One digit with something else on the paper: a ring, a line under it, a pen, a punch hole."""

from collections.abc import Iterator

import cv2

from tests.kinds.case import Case, make_case
from tests.kinds.hand import BLACK, BLUE, HANDS, Sheet
from tests.kinds.photograph import take_photograph
from tests.unit.recognition.written_page import arc


def draw_beside() -> Iterator[Case]:
    """All of them."""
    yield from _draw_circled()
    yield from _draw_underlined()
    yield from _draw_pens()
    yield from _draw_punched()


def _draw_circled() -> Iterator[Case]:
    for index, digit in enumerate("7238"):
        sheet = Sheet(300, 300)
        sheet.write(digit, 115, 95, (110, 90)[index % 2], HANDS[index], index)
        sheet.draw([arc(148, 150, 105, 98 + 4 * index, 10, 375)], HANDS[index].colour, 5)
        yield make_case("beside", "circled", digit, sheet.pixels)


def _draw_underlined() -> Iterator[Case]:
    for index, digit in enumerate("46190"):
        sheet = Sheet(300, 300)
        sheet.write(digit, 110, 60, 140, HANDS[index], index)
        for line in range(1 + index % 2):
            sheet.draw([[(85, 222 + 16 * line), (215, 218 + 16 * line)]], HANDS[index].colour, 5)
        yield make_case("beside", "underlined", digit, sheet.pixels)


def _draw_pens() -> Iterator[Case]:
    for index, digit in enumerate("5290"):
        sheet = Sheet(600, 600, (240, 240, 240))
        sheet.write(digit, 180, 180, 180, HANDS[index], index)
        sheet.draw([[(470, 30 + 20 * index), (560, 570)]], (BLUE, BLACK, (140, 30, 30), (30, 90, 50))[index], 24)
        yield make_case("beside", "pen", digit, take_photograph(sheet.pixels, index), "JPEG")


def _draw_punched() -> Iterator[Case]:
    for index, digit in enumerate("3862"):
        sheet = Sheet(600, 600, (250, 250, 250))
        sheet.write(digit, 250, 190, 210, HANDS[index], index)
        for top in (300,) if index % 2 else (150, 450):
            cv2.circle(sheet.pixels, (60, top), 26, (15, 15, 15), -1, cv2.LINE_AA)
        yield make_case("beside", "punched", digit, sheet.pixels)
