"""The work of the short lane: predicts a batch of drawings that are read within a few milliseconds.

A drawing that turns out to take longer is answered with TakesLongError. The long lane then takes it.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from services.inference.drawing import DrawingSource
from services.inference.metrics import Metrics
from services.inference.prediction import Answer, Measured, Prepared, predict_drawings
from services.inference.recogniser import Recogniser
from shared.recognition.preprocessing import preprocess_quickly

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class QuickRequest:
    """A drawing and the model version that reads it. `received` is in seconds of perf_counter."""

    source: DrawingSource
    recogniser: Recogniser
    received: float = field(default_factory=time.perf_counter)


class ShortPredictor:
    """Answers batches, and records their metrics."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def answer(self, requests: Sequence[QuickRequest]) -> list[Answer | Exception]:
        """Return one answer or exception per request. A model version that fails fails only its own requests."""
        places: dict[int, list[int]] = {}  # by model version; usually there is only one
        for place, request in enumerate(requests):
            places.setdefault(id(request.recogniser), []).append(place)
        answers: dict[int, Answer | Exception] = {}
        for own in places.values():
            answers |= zip(own, self._answer([requests[place] for place in own]), strict=True)
        return [answers[place] for place in range(len(requests))]

    def _answer(self, requests: Sequence[QuickRequest]) -> list[Answer | Exception]:
        recogniser, measured = requests[0].recogniser, Measured()
        drawings = [(request.source, request.received) for request in requests]
        try:
            answers = predict_drawings(recogniser, drawings, measured, _prepare_quickly)
        except Exception as error:
            logger.exception("prediction_failed", model_version=recogniser.manifest.reference, requests=len(requests))
            return [error] * len(requests)
        self._metrics.record(measured, recogniser.manifest.reference)
        return answers


def _prepare_quickly(data: bytes) -> Prepared:
    return Prepared(preprocess_quickly(data))
