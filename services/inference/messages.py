"""Results of the recogniser → the fields of messages, as dictionaries.

They are not pydantic models, so that the 10,000 predictions of a batch are not checked one by one.
"""

import base64
import math
from collections.abc import Sequence
from functools import reduce
from itertools import groupby
from typing import Any

import cv2
from uuid_utils import uuid7

from services.inference.recogniser import Recogniser, Recognitions
from shared.recognition.page import PageOfDigits
from shared.recognition.page.pixel_box import PixelBox
from shared.recognition.preprocessing import Image


def make_page_message(page: PageOfDigits, predictions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The fields of shared.contracts.page.PageReading. `predictions` are in the order of `page.digits`.

    Until the reader network finds the digits, all digits of a line are one number.
    """
    digits = [
        {
            "box": _make_box(digit.box),
            "line": digit.line,
            "number": digit.line,
            "outlines": digit.outlines,
            "prediction": prediction,
        }
        for digit, prediction in zip(page.digits, predictions, strict=True)
    ]
    numbers = [
        _make_number(line, list(indices), page, predictions)
        for line, indices in groupby(range(len(digits)), key=lambda index: page.digits[index].line)
    ]
    return {
        "width": page.width,
        "height": page.height,
        "rotation": 0,
        "digits": digits,
        "numbers": numbers,
        "lines": [{"text": each["text"], "box": each["box"], "numbers": [each["line"]]} for each in numbers],
        "tables": [],
        "reader": {"name": "rules", "version": "1"},
    }


def _make_number(
    line: int, indices: list[int], page: PageOfDigits, predictions: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "text": "".join(str(predictions[index]["digit"]) for index in indices),
        "line": line,
        "digits": indices,
        "separators": [],
        "box": _make_box(reduce(PixelBox.join, (page.digits[index].box for index in indices))),
        "confidence": math.prod(predictions[index]["confidence"] for index in indices),
    }


def _make_box(box: PixelBox) -> dict[str, int]:
    return {"left": box.left, "top": box.top, "width": box.width, "height": box.height}


def make_messages(recognitions: Recognitions, recogniser: Recogniser) -> list[dict[str, Any]]:
    """One dictionary per image: the fields of shared.contracts.inference.Prediction, except image and elapsed_ms."""
    model = {"name": recogniser.manifest.name, "version": recogniser.manifest.version}
    columns = zip(
        recognitions.digits.tolist(),
        recognitions.probabilities.max(axis=1).tolist(),
        recognitions.probabilities,
        recognitions.digit_scores.tolist(),
        strict=True,
    )
    return [
        {
            "id": str(uuid7()),
            "digit": digit,
            "confidence": confidence,
            "probabilities": row,
            "digit_score": score,
            "model": model,
        }
        for digit, confidence, row, score in columns
    ]


def encode_png(image: Image) -> str:
    """(28, 28) uint8 → a PNG file as base64."""
    _, encoded = cv2.imencode(".png", image)
    return base64.b64encode(encoded.tobytes()).decode()
