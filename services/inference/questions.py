"""What a caller can ask a model version. Each question answers itself, given the networks.

Questions can be pickled, because the long lane sends them to another process. `units` is the expected cost; a unit is
the cost of one image in the network. It decides who is admitted.
"""

import base64
import time
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import numpy as np
import orjson

from services.inference.closer_look import choose_preparation
from services.inference.drawing import DrawingList, DrawingSource, PictureSource
from services.inference.explanation import EXPLANATION_UNITS, explain
from services.inference.inside.look import INSIDE_UNITS, look_inside
from services.inference.messages import encode_png
from services.inference.networks import Networks
from services.inference.page_reading import read_page
from services.inference.portable_error import make_portable
from services.inference.prediction import (
    Answer,
    Measured,
    find_blank,
    make_image,
    predict_drawings,
    predict_images,
)
from shared.recognition.ink import BLANK
from shared.recognition.normalisation import Images
from shared.recognition.preprocessing import Image
from shared.web.media_type import detect_media_type
from shared.web.problems import make_problem

A_co = TypeVar("A_co", covariant=True)

PICTURE_UNITS = 50  # a large picture takes as long to decode as so many images take in the network
PAGE_UNITS = 200  # the reader network looks at a page for as long
BLANK_IMAGE = make_problem("blank_drawing", BLANK).model_dump(exclude_none=True)


class Question(Protocol[A_co]):
    """A question about one model version."""

    @property
    def units(self) -> int:
        """The expected cost, at least 1."""

    def answer(self, networks: Networks, measured: Measured) -> A_co:
        """Answer it and note the measurements. DrawingError or RequestValidationError if its drawing can't be read."""


@dataclass(frozen=True)
class DrawingQuestion:
    """Which digit is drawn? For a drawing that takes long to decode."""

    source: DrawingSource
    received: float = field(default_factory=time.perf_counter)
    units = PICTURE_UNITS

    def answer(self, networks: Networks, measured: Measured) -> Answer:
        """Predict it."""
        prepare = choose_preparation(networks.reader)
        (answer,) = predict_drawings(networks.recogniser, [(self.source, self.received)], measured, prepare)
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass(frozen=True)
class DrawingsQuestion:
    """Which digits are drawn on several drawings of one batch?"""

    sources: tuple[DrawingSource, ...]
    received: float = field(default_factory=time.perf_counter)

    @property
    def units(self) -> int:
        """A few units per drawing, most of which are small."""
        return 4 * len(self.sources)

    def answer(self, networks: Networks, measured: Measured) -> list[Answer | Exception]:
        """Predict them. A drawing that can't be read has an exception in its place."""
        drawings, prepare = [(source, self.received) for source in self.sources], choose_preparation(networks.reader)
        answers = predict_drawings(networks.recogniser, drawings, measured, prepare)
        return [make_portable(answer) if isinstance(answer, Exception) else answer for answer in answers]


@dataclass(frozen=True)
class ImagesQuestion:
    """Which digits do these images show? `images` (N, 28, 28) need no preprocessing."""

    images: Images
    received: float = field(default_factory=time.perf_counter)

    @property
    def units(self) -> int:
        """Number of images."""
        return len(self.images)

    def answer(self, networks: Networks, measured: Measured) -> bytes:
        """Predictions as JSON, separated by commas. A blank image has a problem in its place."""
        blank = find_blank(self.images)
        inked = self.images[~blank] if blank.any() else self.images
        messages = predict_images(networks.recogniser, inked, measured) if len(inked) else []
        elapsed_ms = (time.perf_counter() - self.received) * 1000
        for message in messages:
            message["elapsed_ms"] = elapsed_ms
        for place in np.flatnonzero(blank).tolist():  # from the first to the last, so that each one moves the next
            messages.insert(place, BLANK_IMAGE)
        return orjson.dumps(messages, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1]


@dataclass(frozen=True)
class PageQuestion:
    """Which numbers stand on a page, and where? It is asked with a reader network.

    `rotation` is by how many degrees clockwise to turn the picture; None if that must be found.
    """

    source: PictureSource
    rotation: int | None = None
    received: float = field(default_factory=time.perf_counter)
    units = PAGE_UNITS

    def answer(self, networks: Networks, measured: Measured) -> bytes:
        """A page reading as JSON."""
        reading = read_page(self.source.parse(), self.rotation, networks, measured, self.received)
        return orjson.dumps(reading, option=orjson.OPT_SERIALIZE_NUMPY)


@dataclass(frozen=True)
class ExplanationQuestion:
    """Which parts of this image (28, 28) speak for the predicted digit, and which against it?"""

    image: Image
    digit: int
    units = EXPLANATION_UNITS

    def answer(self, networks: Networks, measured: Measured) -> bytes:
        """The saliency as JSON: 28 rows of 28."""
        del measured
        saliency = explain(networks.recogniser, self.image, self.digit)
        return orjson.dumps([[round(value, 3) for value in row] for row in saliency.tolist()])


@dataclass(frozen=True)
class InsideQuestion:
    """What does each layer make of this image (28, 28), which was read as `digit`, and what would change that?"""

    image: Image
    digit: int
    units = INSIDE_UNITS

    def answer(self, networks: Networks, measured: Measured) -> tuple[bytes, bytes]:
        """The saliency as JSON, and a message InsideFields as JSON. ProblemError, ModelVersionError."""
        saliency = ExplanationQuestion(self.image, self.digit).answer(networks, measured)
        inside = look_inside(networks.models_dir, networks.recogniser, self.image, self.digit)
        return saliency, inside.model_dump_json().encode()


@dataclass(frozen=True)
class ListQuestion:
    """Which drawings does the body of a batch hold? It is asked because parsing a large body takes long."""

    body: DrawingList
    units = PICTURE_UNITS

    def answer(self, networks: Networks, measured: Measured) -> tuple[DrawingSource, ...]:
        """The drawings in their order. RequestValidationError, ProblemError."""
        del networks, measured
        return tuple(self.body.parse())


@dataclass(frozen=True)
class PreparedPicture:
    """A picture file, its media type, and the image that preprocessing makes of it."""

    content: bytes
    media_type: str
    image: Image


@dataclass(frozen=True)
class PictureQuestion:
    """Which picture and which image does this drawing hold? For models of other providers, which get the picture."""

    source: DrawingSource
    units = PICTURE_UNITS

    def answer(self, networks: Networks, measured: Measured) -> PreparedPicture:
        """Prepare it. An image without a picture file becomes a PNG file."""
        del networks
        with measured.decoding():
            drawing = self.source.parse()
            image = make_image(drawing)
        if not isinstance(drawing, bytes):
            return PreparedPicture(base64.b64decode(encode_png(image)), "image/png", image)
        return PreparedPicture(drawing, detect_media_type(drawing), image)
