"""A batch of requests → their answers as JSON: preprocessing, one pass of the network, the messages.

Runs in the worker threads of the batcher. What one request got wrong is its own answer and nobody else's.
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
    """One drawing to be read, in whatever form it came."""

    source: DrawingSource
    recogniser: Recogniser
    explained: bool = False
    received: float = field(default_factory=time.perf_counter)

    @property
    def size(self) -> int:
        """Images that go through the network for it, about."""
        return EXPLAINED_SIZE if self.explained else 1


@dataclass(frozen=True)
class ImagesRequest:
    """Images that need no preprocessing."""

    images: Images
    recogniser: Recogniser
    received: float = field(default_factory=time.perf_counter)

    @property
    def size(self) -> int:
        """Their number."""
        return len(self.images)


@dataclass(frozen=True)
class PageRequest:
    """A picture on which every digit is to be found and read."""

    source: PictureSource
    recogniser: Recogniser
    received: float = field(default_factory=time.perf_counter)

    size = 16  # drawings that take as long as a page of forty digits; how many it holds is known too late


PredictionRequest = DrawingRequest | ImagesRequest | PageRequest


@dataclass(frozen=True)
class Prepared:
    """What a request brings to the network; of a page also where its images lie."""

    images: Images
    page: PageOfDigits | None = None


class Predictor:
    """Holds what every prediction needs."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def answer(self, requests: Sequence[PredictionRequest]) -> list[bytes | Exception]:
        """For a drawing its prediction, for images theirs, separated by commas; or why there is none."""
        prepared = [self._prepare(request) for request in requests]
        answers = [each if isinstance(each, Exception) else b"" for each in prepared]
        batches: dict[int, list[tuple[int, Prepared]]] = {}
        for place, part in enumerate(prepared):
            if not isinstance(part, Exception):
                batches.setdefault(id(requests[place].recogniser), []).append((place, part))
        for batch in batches.values():  # one for each model version; nearly always there is one
            places, parts = zip(*batch, strict=True)
            for place, answer in zip(places, self._recognise([requests[i] for i in places], parts), strict=True):
                answers[place] = answer
        return answers

    def _recognise(self, requests: Sequence[PredictionRequest], parts: Sequence[Prepared]) -> Iterator[bytes]:
        """The answers to requests to one model version, whose images go through its network together."""
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
            yield orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1]  # without the brackets of the list

    def _prepare(self, request: PredictionRequest) -> Prepared | Exception:
        """Its images, or why there are none."""
        if isinstance(request, ImagesRequest):
            return Prepared(request.images)
        try:
            with self._metrics.decode_seconds.time():
                if isinstance(request, PageRequest):
                    page = segment_page(request.source.parse())
                    return Prepared(np.stack([digit.image for digit in page.digits]), page)
                return Prepared(self.make_image(request.source.parse())[None])
        except Exception as error:  # noqa: BLE001  it is the answer to this request, raised where that waits
            return error

    def make_image(self, drawing: Drawing) -> Image:
        """DrawingError where nothing can be read."""
        if isinstance(drawing, bytes):
            return preprocess(drawing)
        if int(drawing.max()) - int(drawing.min()) < LEAST_CONTRAST:
            raise BlankDrawingError(BLANK)
        return drawing


def make_page_message(page: PageOfDigits, predictions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """As shared.contracts.inference.PageReading has it."""
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
    """One a recognition, as shared.contracts.inference.Prediction has it."""
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
    """(28, 28) uint8 → base64 of its PNG."""
    _, encoded = cv2.imencode(".png", image)
    return base64.b64encode(encoded.tobytes()).decode()


def _round(saliency: Saliency) -> list[list[float]]:
    return [[round(value, 3) for value in row] for row in saliency.tolist()]
