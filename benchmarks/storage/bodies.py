"""Predictions to store, all different, with drawings of the size that the benchmark assumes."""

import base64
import random
from datetime import UTC, datetime

from benchmarks.storage.database import DRAWING_BYTES
from shared.contracts.storage import PredictionToStore

MAGIC = b"\x89PNG\r\n\x1a\n"


def make_prediction(number: int, model_name: str = "cnn") -> PredictionToStore:
    """Make the same prediction for the same number."""
    chance = random.Random(number)
    return PredictionToStore(
        digit=number % 10,
        confidence=chance.random(),
        probabilities=[0.1] * 10,
        digit_score=chance.random(),
        model={"name": model_name, "version": "12"},
        drawing=base64.b64encode(MAGIC + chance.randbytes(DRAWING_BYTES - len(MAGIC))),
        source="canvas",
        created_at=datetime.now(UTC),
    )
