"""What was found on a page, its predictions and its arrangement → the fields of the message PageReading."""

import math
from collections.abc import Sequence
from typing import Any

from shared.recognition.model_version import ReaderManifest
from shared.recognition.page.arrangement import ArrangedNumber, ArrangedTable, Arrangement
from shared.recognition.page.found_page import FoundDigit, FoundPage
from shared.recognition.page.pixel_box import PixelBox

Fields = dict[str, Any]


def make_page_message(
    page: FoundPage, predictions: Sequence[Fields], arranged: Arrangement, reader: ReaderManifest
) -> Fields:
    """`predictions` are in the order of `page.digits`, which are the first marks that were arranged."""
    numbers = [_make_number(number, arranged, predictions) for number in arranged.numbers]
    digits = [
        _make_digit(page.digits[mark], predictions[mark], number, arranged.numbers[number].line)
        for number, each in enumerate(arranged.numbers)
        for mark in (arranged.digits[digit] for digit in each.digits)
    ]
    return {
        "width": page.width,
        "height": page.height,
        "rotation": page.rotation,
        "digits": digits,
        "numbers": numbers,
        "lines": [{"text": line.text, "box": make_box(line.box), "numbers": line.numbers} for line in arranged.lines],
        "tables": [_make_table(table, arranged) for table in arranged.tables],
        "reader": {"name": reader.name, "version": reader.version},
    }


def _make_digit(digit: FoundDigit, prediction: Fields, number: int, line: int) -> Fields:
    return {
        "box": make_box(digit.mark.box),
        "line": line,
        "number": number,
        "outlines": digit.outlines,
        "prediction": prediction,
    }


def _make_number(number: ArrangedNumber, arranged: Arrangement, predictions: Sequence[Fields]) -> Fields:
    confidences = (predictions[arranged.digits[digit]]["confidence"] for digit in number.digits)
    return {
        "text": number.text,
        "line": number.line,
        "digits": number.digits,
        "separators": [
            {"text": each.sign, "after": each.after, "box": make_box(each.box), "score": each.score}
            for each in number.separators
        ],
        "box": make_box(number.box),
        "confidence": math.prod(confidences),
    }


def _make_table(table: ArrangedTable, arranged: Arrangement) -> Fields:
    cells = [[" ".join(arranged.numbers[number].text for number in cell) for cell in row] for row in table.numbers]
    return {
        "box": make_box(table.box),
        "rows": len(cells),
        "columns": len(cells[0]),
        "cells": cells,
        "numbers": table.numbers,
    }


def make_box(box: PixelBox) -> dict[str, int]:
    """The fields of the message Box."""
    return {"left": box.left, "top": box.top, "width": box.width, "height": box.height}
