"""One drawing → one prediction: the work of a request, from preprocessing to the message. Runs in a worker thread."""

import base64
import time

import cv2
from uuid_utils.compat import uuid7

from services.inference.catalog import Catalog
from services.inference.drawing_input import Drawing, DrawingBody
from services.inference.metrics import Metrics
from shared.contracts.inference import Prediction
from shared.contracts.message import ModelVersion
from shared.recognition.errors import BlankDrawingError
from shared.recognition.ink import BLANK, LEAST_CONTRAST
from shared.recognition.preprocessing import Image, preprocess


class Predictor:
    """Holds what every prediction needs."""

    def __init__(self, catalog: Catalog, metrics: Metrics, max_pixels: int) -> None:
        self._catalog = catalog
        self._metrics = metrics
        self._max_pixels = max_pixels

    def predict(self, body: DrawingBody, model: str | None) -> Prediction:
        """DrawingError, RequestValidationError where the drawing can't be read; ModelVersionError for the model."""
        started = time.perf_counter()
        recogniser = self._catalog.get(model)
        with self._metrics.preprocess_seconds.time():
            image = self._make_image(body.parse())
        with self._metrics.network_seconds.time():
            (recognition,) = recogniser.recognise(image[None])
        manifest = recogniser.manifest
        self._metrics.predictions.labels(str(recognition.digit), manifest.reference).inc()
        self._metrics.confidence.observe(recognition.confidence)
        return Prediction(
            id=uuid7(),
            digit=recognition.digit,
            confidence=recognition.confidence,
            probabilities=recognition.probabilities.tolist(),
            digit_score=recognition.digit_score,
            model=ModelVersion(name=manifest.name, version=manifest.version),
            image=encode_png(image),
            elapsed_ms=(time.perf_counter() - started) * 1000,
        )

    def _make_image(self, drawing: Drawing) -> Image:
        if isinstance(drawing, bytes):
            return preprocess(drawing, self._max_pixels)
        if int(drawing.max()) - int(drawing.min()) < LEAST_CONTRAST:
            raise BlankDrawingError(BLANK)
        return drawing


def encode_png(image: Image) -> str:
    """(28, 28) uint8 → base64 of its PNG."""
    _, encoded = cv2.imencode(".png", image)
    return base64.b64encode(encoded.tobytes()).decode()
