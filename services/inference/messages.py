"""Results of the recogniser → the fields of messages, as dictionaries.

They are not pydantic models, so that the 10,000 predictions of a batch are not checked one by one.
"""

import base64
from typing import Any

import cv2
from uuid_utils import uuid7

from services.inference.recogniser import Recogniser, Recognitions
from shared.recognition.preprocessing import Image


def make_messages(recognitions: Recognitions, recogniser: Recogniser) -> list[dict[str, Any]]:
    """One dictionary per image: the fields of shared.contracts.inference.Prediction, except image and elapsed_ms."""
    model = {"name": recogniser.manifest.name, "version": recogniser.manifest.version}
    threshold = recogniser.manifest.calibration.digit_score_threshold
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
            "digit_score_threshold": threshold,
            "model": model,
        }
        for digit, confidence, row, score in columns
    ]


def encode_png(image: Image) -> str:
    """(28, 28) uint8 → a PNG file as base64."""
    _, encoded = cv2.imencode(".png", image)
    return base64.b64encode(encoded.tobytes()).decode()
