"""Results of the recogniser → the fields of messages, as dictionaries.

They are not pydantic models, so that the 10,000 predictions of a batch are not checked one by one.
"""

import base64
from collections.abc import Sequence
from typing import Any

import cv2
from uuid_utils import uuid7

from services.inference.recogniser import Recogniser, Recognitions
from shared.recognition.page import PageOfDigits
from shared.recognition.preprocessing import Image


def make_page_message(page: PageOfDigits, predictions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The fields of shared.contracts.inference.PageReading. `predictions` are in the order of `page.digits`."""
    digits = [
        {
            "box": {
                "left": digit.box.left,
                "top": digit.box.top,
                "width": digit.box.width,
                "height": digit.box.height,
            },
            "line": digit.line,
            "outlines": digit.outlines,
            "prediction": prediction,
        }
        for digit, prediction in zip(page.digits, predictions, strict=True)
    ]
    return {"width": page.width, "height": page.height, "digits": digits}


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
