"""Reads a request body that holds many drawings, and describes it for OpenAPI.

The body is JSON, several multipart files, or N × 784 bytes. Bytes are passed on in chunks of images while the rest
arrives, so that memory does not grow with their number.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from fastapi import Request

from services.inference.drawing import Drawing, DrawingSource
from services.inference.http.drawing_body import OCTETS, PictureBody
from services.inference.http.form_files import read_form_files
from services.inference.http.json_values import parse_json
from services.inference.http.validation import make_invalid, validate
from shared.contracts.examples import SEVEN_PIXELS, SEVEN_PNG
from shared.contracts.inference import EncodedDrawing, EncodedDrawings
from shared.recognition.normalisation import SIDE, Images
from shared.recognition.preprocessing import Image
from shared.web.problems import ProblemError

MAX_IMAGES = 10_000  # per request
IMAGES_PER_CHUNK = 100  # small, because a single drawing may wait for one or two chunks
BYTES_PER_IMAGE = SIDE * SIDE

BATCH_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": EncodedDrawings.model_json_schema(),
                "examples": {
                    "pictures": {
                        "summary": "Picture files as base64",
                        "value": {"images": [SEVEN_PNG, f"data:image/png;base64,{SEVEN_PNG}"]},
                    },
                    "pixels": {"summary": "28 rows of 28 values per image", "value": {"images": [SEVEN_PIXELS]}},
                },
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}}
                    },
                }
            },
            OCTETS: {
                "schema": {
                    "type": "string",
                    "format": "binary",
                    "description": "N × 784 bytes: images of 28 × 28 pixels, row by row, white ink (255) on black (0)",
                }
            },
        },
    }
}


@dataclass(frozen=True)
class JsonEntry:
    """One drawing of a JSON list: a picture file as base64, or an image."""

    entry: str | Image

    @property
    def size_bytes(self) -> int:
        """The size as base64, or of the pixels."""
        return len(self.entry) if isinstance(self.entry, str) else self.entry.nbytes

    def parse(self) -> Drawing:
        """Decode the entry. RequestValidationError."""
        return validate(EncodedDrawing, {"image": self.entry}).image if isinstance(self.entry, str) else self.entry


@dataclass(frozen=True)
class JsonList:
    """`{"images": [...]}`."""

    content: bytes

    def parse(self) -> Sequence[DrawingSource]:
        """Check the form of every entry. `JsonEntry.parse` decodes the base64 of a picture.

        RequestValidationError, ProblemError `too_large`.
        """
        message = parse_json(self.content)
        if not isinstance(message, dict) or len(message) != 1:
            raise make_invalid(
                "body", "Send a JSON object with one field, `images`: a list of base64 or of 28 rows of 28."
            )
        if isinstance(entries := message.get("images"), list):
            check_count(len(entries))
        images = validate(EncodedDrawings, message).images
        return [JsonEntry(entry if isinstance(entry, str) else np.array(entry, np.uint8)) for entry in images]


@dataclass(frozen=True)
class FormList:
    """A multipart form with one file for each drawing, under any field name. `content_type` is the header."""

    content: bytes
    content_type: str

    def parse(self) -> Sequence[DrawingSource]:
        """The files in their order. RequestValidationError if there is none."""
        files = read_form_files(self.content, self.content_type, MAX_IMAGES)
        if not files:
            raise make_invalid("body.files", "The form contains no file.")
        return [PictureBody(file.content) for file in files]


async def stream_images(request: Request) -> AsyncIterator[Images]:
    """Yield (n, 28, 28) uint8 with n up to IMAGES_PER_CHUNK. RequestValidationError, ProblemError `too_large`."""
    pending, count = bytearray(), 0
    async for received in request.stream():
        pending += received
        check_count(count + len(pending) // BYTES_PER_IMAGE)
        while len(pending) >= IMAGES_PER_CHUNK * BYTES_PER_IMAGE:
            yield _take_images(pending, IMAGES_PER_CHUNK)
            count += IMAGES_PER_CHUNK
    whole, rest = divmod(len(pending), BYTES_PER_IMAGE)
    if rest or not count + whole:
        raise make_invalid("body", f"The body must be N × {BYTES_PER_IMAGE} bytes with at least one image.")
    if whole:
        yield _take_images(pending, whole)


def check_count(images: int) -> None:
    """ProblemError `too_large` if a request holds more than MAX_IMAGES."""
    if images > MAX_IMAGES:
        raise ProblemError("too_large", f"A request may hold at most {MAX_IMAGES:,} images. Send several requests.")


def _take_images(pending: bytearray, count: int) -> Images:
    """Remove the first `count` images from `pending` and return them."""
    end = count * BYTES_PER_IMAGE
    images = np.frombuffer(pending[:end], np.uint8).reshape(count, SIDE, SIDE)
    del pending[:end]
    return images
