"""Answers a batch of requests: preprocesses the drawings, runs the network once, and writes the answers as JSON.

It runs in the batcher's worker threads. A drawing that can't be read fails only its own request.
"""

import base64
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import orjson
from uuid_utils import uuid7

from services.inference.drawing import Drawing, DrawingSource, PictureSource
from services.inference.explanation import EXPLAINED_SIZE, Saliency, explain
from services.inference.metrics import Metrics
from services.inference.recogniser import Recogniser, Recognitions
from shared.recognition.errors import BlankDrawingError
from shared.recognition.ink import BLANK, LEAST_CONTRAST
from shared.recognition.normalisation import Images
from shared.recognition.page import PageOfDigits, segment_page
from shared.recognition.preprocessing import Image, preprocess


@dataclass(frozen=True)
class DrawingRequest:
    """One drawing. `explained` asks for the saliency as well."""

    source: DrawingSource
    recogniser: Recogniser
    explained: bool = False
    received: float = field(default_factory=time.perf_counter)  # seconds, for elapsed_ms

    @property
    def size(self) -> int:
        """Number of images that go through the network, estimated for an explanation."""
        return EXPLAINED_SIZE if self.explained else 1


@dataclass(frozen=True)
class ImagesRequest:
    """Images, which need no preprocessing."""

    images: Images
    recogniser: Recogniser
    received: float = field(default_factory=time.perf_counter)  # seconds, for elapsed_ms

    @property
    def size(self) -> int:
        """Number of images."""
        return len(self.images)


@dataclass(frozen=True)
class PageRequest:
    """A page, whose digits are first found and then read."""

    source: PictureSource
    recogniser: Recogniser
    received: float = field(default_factory=time.perf_counter)  # seconds, for elapsed_ms

    size = 16  # the number of digits is unknown until the page is parsed; 40 digits take as long as 16 drawings


PredictionRequest = DrawingRequest | ImagesRequest | PageRequest


@dataclass(frozen=True)
class Prepared:
    """The images of a request. For a page also the places where they were found."""

    images: Images
    page: PageOfDigits | None = None


class Predictor:
    """Answers batches of requests and records their metrics."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def answer(self, requests: Sequence[PredictionRequest]) -> list[bytes | Exception]:
        """Return one answer per request: JSON, or the exception for its caller.

        The JSON is a prediction for a drawing, a page reading for a page, and predictions separated by commas for
        images.
        """
        prepared = [self._prepare(request) for request in requests]
        answers = [each if isinstance(each, Exception) else b"" for each in prepared]
        batches: dict[int, list[tuple[int, Prepared]]] = {}  # one per model version, usually there is only one
        for place, part in enumerate(prepared):
            if not isinstance(part, Exception):
                batches.setdefault(id(requests[place].recogniser), []).append((place, part))
        for batch in batches.values():
            places, parts = zip(*batch, strict=True)
            for place, answer in zip(places, self._recognise([requests[i] for i in places], parts), strict=True):
                answers[place] = answer
        return answers

    def _recognise(self, requests: Sequence[PredictionRequest], parts: Sequence[Prepared]) -> Iterator[bytes]:
        """Yield the answers to requests for one model version. All their images go through its network together."""
        recogniser = requests[0].recogniser
        images = np.concatenate([part.images for part in parts]) if len(parts) > 1 else parts[0].images
        with self._metrics.engine_seconds.time():
            recognitions = recogniser.recognise(images)
        self._metrics.batch_images.observe(len(images))
        self._metrics.count(recognitions, recogniser.manifest.reference)
        messages = iter(make_messages(recognitions, recogniser))
        for request, part in zip(requests, parts, strict=True):
            own = [next(messages) for _ in part.images]
            if not isinstance(request, ImagesRequest):
                for message, image in zip(own, part.images, strict=True):
                    message["image"] = encode_png(image)
            if isinstance(request, DrawingRequest) and request.explained:
                own[0]["saliency"] = _round(explain(recogniser, part.images[0], own[0]["digit"]))
            elapsed_ms = (time.perf_counter() - request.received) * 1000
            for message in own:
                message["elapsed_ms"] = elapsed_ms
            answer = own if part.page is None else [make_page_message(part.page, own)]
            yield orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1]  # without the brackets around the list

    def _prepare(self, request: PredictionRequest) -> Prepared | Exception:
        """Return the images of a request, or the exception for its caller."""
        if isinstance(request, ImagesRequest):
            return Prepared(request.images)
        try:
            with self._metrics.decode_seconds.time():
                if isinstance(request, PageRequest):
                    page = segment_page(request.source.parse())
                    return Prepared(np.stack([digit.image for digit in page.digits]), page)
                return Prepared(make_image(request.source.parse())[None])
        except Exception as error:  # noqa: BLE001  the batcher raises it in the request that waits
            return error


def make_image(drawing: Drawing) -> Image:
    """Preprocess a picture; return an image unchanged. DrawingError if it can't be read or is blank."""
    if isinstance(drawing, bytes):
        return preprocess(drawing)
    if int(drawing.max()) - int(drawing.min()) < LEAST_CONTRAST:
        raise BlankDrawingError(BLANK)
    return drawing


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


def _round(saliency: Saliency) -> list[list[float]]:
    return [[round(value, 3) for value in row] for row in saliency.tolist()]
