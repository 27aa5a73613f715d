"""Predicts drawings and images with one model version.

It runs in the thread of the short lane and in the worker process of the long lane. A drawing that can't be read fails
only its own answer.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from services.inference.drawing import Drawing, DrawingSource
from services.inference.messages import encode_png, make_messages
from services.inference.opinions import Opinion, combine
from services.inference.recogniser import Recogniser, Recognitions
from shared.recognition.errors import BlankDrawingError
from shared.recognition.ink import BLANK, LEAST_CONTRAST
from shared.recognition.normalisation import Images
from shared.recognition.preprocessing import Image, preprocess


@dataclass(frozen=True)
class Prepared:
    """The image of a drawing, and the reader's opinion of its digit if the reader was asked."""

    image: Image
    opinion: Opinion | None = None


Prepare = Callable[[bytes], Prepared]  # a picture file → what the recogniser needs. DrawingError


@dataclass(frozen=True)
class Answer:
    """The prediction of one drawing as JSON, and what it was made of: an explanation and the shadow need that."""

    json: bytes
    prepared: Prepared
    digit: int
    digit_score: float


@dataclass
class Measured:
    """What /metrics shows of one batch. The worker process sends it to the process that counts."""

    decode_s: list[float] = field(default_factory=list)  # one entry for each drawing or page
    engine_s: float = 0.0
    recognitions: Recognitions | None = None

    @contextmanager
    def decoding(self) -> Iterator[None]:
        """Measure the decoding and preprocessing of one drawing."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.decode_s.append(time.perf_counter() - started)


def predict_drawings(
    recogniser: Recogniser,
    drawings: Sequence[tuple[DrawingSource, float]],
    measured: Measured,
    prepare: Prepare,
) -> list[Answer | Exception]:
    """Drawings, each with the time when it was received (seconds of perf_counter) → an answer or exception for each."""
    prepared = [_prepare(source, measured, prepare) for source, _ in drawings]
    messages = iter(_predict([each for each in prepared if isinstance(each, Prepared)], recogniser, measured))
    return [
        each if isinstance(each, Exception) else _write_answer(next(messages), each, received)
        for each, (_, received) in zip(prepared, drawings, strict=True)
    ]


def _predict(prepared: list[Prepared], recogniser: Recogniser, measured: Measured) -> list[dict[str, Any]]:
    """The fields of one message for each drawing, of which there may be none."""
    if not prepared:
        return []
    alone = recognise_images(recogniser, np.stack([each.image for each in prepared]), measured)
    measured.recognitions = combine(alone, [each.opinion for each in prepared])
    return make_messages(measured.recognitions, recogniser)


def predict_images(recogniser: Recogniser, images: Images, measured: Measured) -> list[dict[str, Any]]:
    """Images (N, 28, 28), N at least 1 → the fields of N messages Prediction, except `image` and `elapsed_ms`."""
    return make_messages(recognise_images(recogniser, images, measured), recogniser)


def recognise_images(
    recogniser: Recogniser, images: Images, measured: Measured, *, doubtful_again: bool = True
) -> Recognitions:
    """Images (N, 28, 28), N at least 1 → N results, whose time is measured."""
    started = time.perf_counter()
    recognitions = recogniser.recognise(images, doubtful_again=doubtful_again)
    measured.engine_s += time.perf_counter() - started
    measured.recognitions = recognitions
    return recognitions


def make_image(drawing: Drawing) -> Image:
    """Preprocess a picture; return an image unchanged. DrawingError if it can't be read or is blank."""
    return preprocess(drawing) if isinstance(drawing, bytes) else check_ink(drawing)


def check_ink(image: Image) -> Image:
    """The image. BlankDrawingError if it has no ink."""
    if find_blank(image[None])[0]:
        raise BlankDrawingError(BLANK)
    return image


def find_blank(images: Images) -> NDArray[np.bool_]:
    """Images (N, 28, 28) → (N,): whether each has no ink."""
    pixels = images.reshape(len(images), -1)
    return np.asarray(pixels.max(axis=1).astype(np.int16) - pixels.min(axis=1) < LEAST_CONTRAST)


def _prepare(source: DrawingSource, measured: Measured, prepare: Prepare) -> Prepared | Exception:
    try:
        with measured.decoding():
            drawing = source.parse()
            return prepare(drawing) if isinstance(drawing, bytes) else Prepared(check_ink(drawing))
    except Exception as error:  # noqa: BLE001  the caller of this drawing gets it, and the others their predictions
        return error


def _write_answer(message: dict[str, Any], prepared: Prepared, received: float) -> Answer:
    message["image"] = encode_png(prepared.image)
    message["elapsed_ms"] = (time.perf_counter() - received) * 1000
    json = orjson.dumps(message, option=orjson.OPT_SERIALIZE_NUMPY)
    return Answer(json, prepared, message["digit"], message["digit_score"])
