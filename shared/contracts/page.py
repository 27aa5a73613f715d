"""The answer of inference to a page: its digits, and the numbers, lines and tables that they form.

Every list refers to the others by index, so that a client walks from a table to its numbers and from a number to its
digits without searching. All coordinates are pixels of the upright picture.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue
from pydantic.config import JsonDict

from shared.contracts.inference import PREDICTION, Prediction
from shared.contracts.message import Message, ModelVersion, Share

Rotation = Literal[0, 90, 180, 270]  # degrees clockwise
Index = Annotated[int, Field(ge=0)]
SeparatorSign = Literal[".", ",", ":", "/", "-"]

MAX_DIGITS = 1000  # on one page


class Box(Message):
    """A rectangle in pixels of the upright picture."""

    left: int = Field(ge=0)
    top: int = Field(ge=0)
    width: int = Field(ge=1)
    height: int = Field(ge=1)


class PageDigit(Message):
    """One digit of a page.

    `line` is its line, and `number` the index of its number. `outlines` are closed polygons around the digit's ink and
    the paper that the ink encloses; each point is x, y. There may be none.
    """

    box: Box
    line: Index
    number: Index
    outlines: list[list[tuple[int, int]]]
    prediction: Prediction


class Separator(Message):
    """A sign inside a number. `after` digits of the number stand before it; `score` says how surely it is that sign."""

    text: SeparatorSign
    after: int = Field(ge=1)
    box: Box
    score: Share


class PageNumber(Message):
    """Digits that belong together on a line, with the separators between them.

    `text` is what a person would type: `19,95`. `digits` are the indices of its digits in order. `confidence` is the
    chance that all its digits are right: the product of their confidences.
    """

    text: str = Field(min_length=1)
    line: Index
    digits: Annotated[list[Index], Field(min_length=1)]
    separators: list[Separator]
    box: Box
    confidence: Share


class PageLine(Message):
    """One line of a page. `text` holds its numbers with single spaces between them, `numbers` their indices."""

    text: str = Field(min_length=1)
    box: Box
    numbers: Annotated[list[Index], Field(min_length=1)]


class PageTable(Message):
    """Numbers in rows and columns: a table or a grid.

    `cells` holds the text of each cell, row by row; an empty cell has an empty text. `numbers` holds the indices of the
    numbers in each cell. A number stands in one cell of one table at most.
    """

    box: Box
    rows: int = Field(ge=1)
    columns: int = Field(ge=1)
    cells: list[list[str]]
    numbers: list[list[list[Index]]]


def _make_example() -> JsonDict:
    """A table with `7,7` and `7` above `7` and an empty cell."""

    def box(left: int, top: int, width: int = 60, height: int = 96) -> JsonDict:
        return {"left": left, "top": top, "width": width, "height": height}

    def digit(left: int, top: int, line: int, number: int) -> JsonDict:
        edge: JsonValue = [
            [left, top],
            [left + 60, top],
            [left + 24, top + 96],
            [left + 12, top + 96],
            [left + 36, top + 18],
        ]
        return {"box": box(left, top), "line": line, "number": number, "outlines": [edge], "prediction": PREDICTION}

    comma: JsonDict = {"text": ",", "after": 1, "box": box(282, 222, 14, 30), "score": 0.98}
    return {
        "width": 1280,
        "height": 960,
        "rotation": 0,
        "digits": [digit(210, 140, 0, 0), digit(306, 140, 0, 0), digit(640, 142, 0, 1), digit(300, 340, 1, 2)],
        "numbers": [
            {
                "text": "7,7",
                "line": 0,
                "digits": [0, 1],
                "separators": [comma],
                "box": box(210, 140, 156, 112),
                "confidence": 0.982,
            },
            {"text": "7", "line": 0, "digits": [2], "separators": [], "box": box(640, 142), "confidence": 0.991},
            {"text": "7", "line": 1, "digits": [3], "separators": [], "box": box(300, 340), "confidence": 0.991},
        ],
        "lines": [
            {"text": "7,7 7", "box": box(210, 140, 490, 112), "numbers": [0, 1]},
            {"text": "7", "box": box(300, 340), "numbers": [2]},
        ],
        "tables": [
            {
                "box": box(210, 140, 490, 296),
                "rows": 2,
                "columns": 2,
                "cells": [["7,7", "7"], ["7", ""]],
                "numbers": [[[0], [1]], [[2], []]],
            }
        ],
        "reader": {"name": "reader", "version": "2026-11-28.1"},
    }


class PageReading(Message):
    """Every digit of a page in reading order, and the numbers, lines and tables that the digits form.

    `rotation` says by how many degrees the picture was turned clockwise, after its EXIF orientation, so that the digits
    stand upright. `width` and `height` are its size after that. `reader` is the model version that found the digits. A
    page without digits has empty lists.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_make_example()]})

    width: int = Field(ge=1)
    height: int = Field(ge=1)
    rotation: Rotation
    digits: Annotated[list[PageDigit], Field(max_length=MAX_DIGITS)]
    numbers: list[PageNumber]
    lines: list[PageLine]
    tables: list[PageTable]
    reader: ModelVersion
