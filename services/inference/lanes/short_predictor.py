"""The work of the short lane: predicts a batch of drawings that decode within a few milliseconds.

A drawing turns out to take longer only when it is parsed. It is then given back, and the long lane takes it.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from services.inference.drawing import Drawing, DrawingSource
from services.inference.metrics import Metrics
from services.inference.prediction import Answer, Measured, predict_drawings
from services.inference.recogniser import Recogniser
from shared.recognition.picture_file import is_quick

logger = structlog.get_logger(__name__)


class TakesLongError(Exception):
    """A picture that takes too long for the short lane."""

    def __init__(self, picture: bytes) -> None:
        super().__init__("the picture takes long to decode")
        self.picture = picture


@dataclass(frozen=True)
class QuickDrawing:
    """A drawing of the short lane."""

    source: DrawingSource

    @property
    def size_bytes(self) -> int:
        """The size as it was sent."""
        return self.source.size_bytes

    def parse(self) -> Drawing:
        """Parse it. TakesLongError if it would take long to decode, RequestValidationError if it is malformed."""
        drawing = self.source.parse()
        if isinstance(drawing, bytes) and not is_quick(drawing):
            raise TakesLongError(drawing)
        return drawing


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
        drawings = [(QuickDrawing(request.source), request.received) for request in requests]
        try:
            answers = predict_drawings(recogniser, drawings, measured)
        except Exception as error:
            logger.exception("prediction_failed", model_version=recogniser.manifest.reference, requests=len(requests))
            return [error] * len(requests)
        self._metrics.record(measured, recogniser.manifest.reference)
        return answers
