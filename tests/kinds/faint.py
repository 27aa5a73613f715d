"""One or two digits on exactly flat paper with faint guides, ghosts and stamps around them."""

from collections.abc import Iterator

import cv2
import numpy as np

from tests.kinds.case import Case, make_case
from tests.kinds.hand import HANDS, Colour, Hand, Sheet

LIGHT_BLUE: Colour = (170, 205, 235)


def draw_faint() -> Iterator[Case]:
    """All of them."""
    yield from _draw_ruled()
    yield from _draw_squared()
    yield from _draw_dotted()
    yield from _draw_frames()
    yield from _draw_ghosts()
    yield from _draw_watermarks()


def _draw_ruled() -> Iterator[Case]:
    for index, text in enumerate(("7", "3", "64", "19", "0")):
        sheet = Sheet(600, 400)
        for top in range(40, 400, 56):
            sheet.draw([[(0, top), (600, top)]], LIGHT_BLUE if index % 2 else (200, 200, 205), 2)
        height = (46, 120)[index % 2]
        sheet.write(text, 210, 152 - height + (0 if index < 3 else 20), height, HANDS[index], index)
        yield make_case("faint", "ruled", text, sheet.pixels)


def _draw_squared() -> Iterator[Case]:
    for index, digit in enumerate("8153"):
        sheet = Sheet(300, 300)
        for at in range(12, 300, 48):
            sheet.draw([[(at, 0), (at, 300)], [(0, at), (300, at)]], LIGHT_BLUE if index % 2 else (190, 190, 190), 2)
        height = (40, 130)[index % 2]
        sheet.write(digit, 115, 112 if index % 2 == 0 else 80, height, HANDS[index], index)
        yield make_case("faint", "squared", digit, sheet.pixels)


def _draw_dotted() -> Iterator[Case]:
    for index, (digit, level) in enumerate((("4", 150), ("7", 190), ("6", 215), ("2", 165))):
        sheet = Sheet(500, 500)
        for y in range(16, 500, 25):
            for x in range(16, 500, 25):
                cv2.circle(sheet.pixels, (x, y), 1, (level, level, level), -1)
        sheet.write(digit, 180, 150, (120, 200)[index % 2], HANDS[index + 1], index)
        yield make_case("faint", f"dots-{level}", digit, sheet.pixels)


def _draw_frames() -> Iterator[Case]:
    for index, (digit, level) in enumerate((("3", 150), ("7", 170), ("5", 190), ("1", 210), ("0", 230))):
        sheet = Sheet(400, 400)
        sheet.box(14, 14, 386, 386, (level, level, level), 3)
        sheet.write(digit, 130, 110, (190, 110)[index % 2], HANDS[index], index)
        yield make_case("faint", f"frame-{level}", digit, sheet.pixels)


def _draw_ghosts() -> Iterator[Case]:
    for index, (erased, digit) in enumerate((("8", "2"), ("5", "9"), ("1", "4"), ("0", "7"))):
        sheet = Sheet(500, 400)
        ghost = Hand(index % 2, 0.0, 0.12, (205, 205, 205))
        sheet.write(erased, 60, 70, 180, ghost, index)
        sheet.write(digit, 280, 120, 200, HANDS[index], index)
        yield make_case("faint", f"ghost-of-{erased}", digit, sheet.pixels)


def _draw_watermarks() -> Iterator[Case]:
    for index, (word, digit) in enumerate((("COPY", "3"), ("VOID", "6"), ("DRAFT", "9"))):
        sheet = Sheet(400, 400)
        ink = np.zeros((400, 400), np.uint8)
        cv2.putText(ink, word, (20, 240), cv2.FONT_HERSHEY_SIMPLEX, 3.4, 255, 22, cv2.LINE_AA)
        sheet.ink(ink / 255, (218, 218, 218))
        sheet.write(digit, 150, 90, 220, HANDS[index], index)
        yield make_case("faint", word.lower(), digit, sheet.pixels)
