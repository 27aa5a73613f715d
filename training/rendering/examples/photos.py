"""The photographs: a form, a grid, an amount, a page in the shadow and a table, each with the numbers on it."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from training.rendering.examples.sheet import BLUE_PEN, PRINT, RULE, ColourSheet, Picture, encode_jpeg
from training.rendering.pages.layouts.frames import draw_grid
from training.rendering.pages.sheet import Random

BLACK_PEN = (40, 40, 44)
FORM = {"Customer number": "4072915", "Postcode": "80331", "Meter reading": "16384", "Date": "29112026"}
GRID = (
    "53..7....",
    "6..195...",
    ".98....6.",
    "8...6...3",
    "4..8.3..1",
    "7...2...6",
    ".6....28.",
    "...419..5",
    "....8..79",
)
WRITTEN_IN = {(0, 2): "4", (1, 1): "7", (2, 0): "1", (3, 1): "5", (4, 4): "5", (5, 7): "5", (6, 3): "5", (8, 0): "3"}
AMOUNT = "1745,80"
LINES = ("2718 2818", "31415 926", "1618 0339", "14142 135")
TABLE = (("12", "4,50"), ("7", "18,90"), ("25", "0,80"), ("3", "64,25"))
THINGS = ("Pencils", "Brushes", "Erasers", "Canvas")


@dataclass(frozen=True)
class Photo:
    """A JPEG file, and the numbers on it line by line."""

    data: bytes
    lines: tuple[str, ...]


def make_photos() -> dict[str, Photo]:
    """By name."""
    makers: dict[str, Callable[[Random], Photo]] = {
        "form": _make_form,
        "grid": _make_grid,
        "amount": _make_amount,
        "shadow": _make_shadow,
        "table": _make_table,
    }
    return {name: make(np.random.default_rng(place)) for place, (name, make) in enumerate(makers.items())}


def _make_form(random: Random) -> Photo:
    """Labels with a row of boxes, one digit in each."""
    sheet = ColourSheet(900, 640, random)
    sheet.print("Meter reading", 50, 70, 34, bold=True)
    boxes = sheet.make_layer()
    for row, (label, digits) in enumerate(FORM.items()):
        top = 110 + 128 * row
        sheet.print(label, 50, top + 14, 20)
        draw_grid(boxes, (50, top + 28), (58, 68), (len(digits), 1), (2, 2), 1)
        for place, digit in enumerate(digits):
            sheet.write_centred(digit, 79 + 58 * place, top + 62, 44)
    sheet.apply(boxes, RULE)
    return Photo(encode_jpeg(sheet.picture, 1.5, random), tuple(FORM.values()))


def _make_grid(random: Random) -> Photo:
    """A sudoku: printed digits, and some written in."""
    sheet, cell, corner = ColourSheet(700, 700, random), 68, 44
    frame = sheet.make_layer()
    draw_grid(frame, (corner, corner), (cell, cell), (9, 9), (1, 4), 3)
    sheet.apply(frame, PRINT)
    rows = [list(row) for row in GRID]
    for row, line in enumerate(GRID):
        for column, digit in enumerate(line):
            if digit != ".":
                sheet.print(digit, corner + cell * column + 22, corner + cell * row + 48, 38)
    for (row, column), digit in WRITTEN_IN.items():
        rows[row][column] = digit
        sheet.write_centred(digit, corner + cell * (column + 0.5), corner + cell * (row + 0.5), 42)
    lines = tuple(" ".join(digit for digit in row if digit != ".") for row in rows)
    return Photo(encode_jpeg(sheet.picture, 1.5, random), lines)


def _make_amount(random: Random) -> Photo:
    """An amount of money as on a cheque, on paper with waves."""
    sheet = ColourSheet(900, 400, random, paper=(232, 240, 236))
    y, x = np.mgrid[0:400, 0:900].astype(np.float32)
    waves = np.sin((y + 9 * np.sin(x / 26)) / 3.4) > 0.8
    sheet.apply(255 * waves.astype(np.uint8), (150, 190, 178), 0.5)
    sheet.print("Bank of Slate", 40, 66, 32, bold=True)
    sheet.print("Pay to the order of", 40, 140, 20)
    sheet.print("Amount", 470, 216, 20)
    frame = sheet.make_layer()
    cv2.line(frame, (250, 142), (850, 142), 255, 2)
    cv2.rectangle(frame, (470, 230), (850, 322), 255, 2)
    cv2.line(frame, (40, 322), (400, 322), 255, 2)
    sheet.apply(frame, RULE)
    sheet.write(AMOUNT, 500, 306, 56, BLACK_PEN)
    return Photo(encode_jpeg(sheet.picture, 1.5, random), (AMOUNT,))


def _make_shadow(random: Random) -> Photo:
    """A ruled page that was photographed at an angle, with a shadow across it."""
    sheet = ColourSheet(960, 720, random)
    rules = sheet.make_layer()
    for row in range(1, 8):
        cv2.line(rules, (0, 96 * row), (960, 96 * row), 255, 2)
    sheet.apply(rules, (170, 196, 222), 0.8)
    for row, line in enumerate(LINES):
        sheet.write(line, 130, 180 + 144 * row, 74)
    return Photo(encode_jpeg(_photograph(sheet.picture), 2.5, random), LINES)


def _photograph(picture: Picture) -> Picture:
    """The sheet on a table, seen at an angle, in light from one side and with the shadow of a hand."""
    height, width = picture.shape[:2]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    seen = np.array([(46, 34), (width - 20, 12), (width - 58, height - 20), (12, height - 44)], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, seen)
    table = (104, 84, 66)
    moved = cv2.warpPerspective(picture, matrix, (width, height), borderMode=cv2.BORDER_CONSTANT, borderValue=table)
    light = np.broadcast_to(np.linspace(1.0, 0.72, width, dtype=np.float32), (height, width)).copy()
    shadow = np.ones((height, width), np.float32)
    cv2.fillPoly(shadow, [np.array([(520, height), (700, 180), (width, 60), (width, height)], np.int32)], 0.55)
    light *= cv2.GaussianBlur(shadow, (0, 0), 14)
    return np.asarray(cv2.GaussianBlur(moved * light[..., None], (0, 0), 0.8), np.float32)


def _make_table(random: Random) -> Photo:
    """A table with a printed head."""
    sheet = ColourSheet(820, 560, random)
    frame = sheet.make_layer()
    for x in (40, 340, 520, 780):
        cv2.line(frame, (x, 40), (x, 520), 255, 2)
    for row in range(6):
        cv2.line(frame, (40, 40 + 96 * row), (780, 40 + 96 * row), 255, 2)
    sheet.apply(frame, RULE)
    for x, word in ((60, "Article"), (366, "Pieces"), (556, "Price")):
        sheet.print(word, x, 98, 26, bold=True)
    for row, ((pieces, price), thing) in enumerate(zip(TABLE, THINGS, strict=True)):
        y = 184 + 96 * row
        sheet.print(thing, 60, y + 10, 26)
        sheet.write_centred(pieces, 430, y, 48, BLUE_PEN)
        sheet.write_centred(price, 650, y, 48, BLUE_PEN)
    return Photo(encode_jpeg(sheet.picture, 1.5, random), tuple(f"{pieces} {price}" for pieces, price in TABLE))
