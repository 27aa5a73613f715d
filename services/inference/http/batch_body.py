"""The three forms many drawings may come in at once: JSON, several multipart files, or N × 784 bytes.

The bytes are handed on as they arrive, a few hundred images at a time, so that memory does not grow with their number.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from fastapi import Request
from starlette.datastructures import UploadFile

from services.inference.drawing import Drawing, DrawingSource
from services.inference.http.drawing_body import PictureBody, invalid, parse_entry, parse_json
from shared.contracts.inference import EncodedDrawings
from shared.recognition.normalisation import SIDE, Images
from shared.web.problems import ProblemError

MAX_IMAGES = 10_000  # a request
IMAGES_A_PIECE = 100  # few, since a drawing waits for one or two of them
BYTES_AN_IMAGE = SIDE * SIDE

BATCH_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": EncodedDrawings.model_json_schema(),
                "examples": {
                    "pictures": {
                        "summary": "pictures as base64",
                        "value": {"images": ["iVBORw0KGgo...", "/9j/4AA..."]},
                    },
                    "pixels": {"summary": "rows of 28 values", "value": {"images": [[[0] * 28] * 28]}},
                },
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            },
            "application/octet-stream": {
                "schema": {
                    "type": "string",
                    "format": "binary",
                    "description": "N × 784 bytes: images of 28 × 28, row by row, white ink (255) on black (0)",
                }
            },
        },
    }
}


@dataclass(frozen=True)
class JsonEntry:
    """One drawing of a JSON list."""

    entry: object

    def parse(self) -> Drawing:
        """See DrawingSource."""
        return parse_entry(self.entry)


def parse_batch(body: bytes) -> Sequence[DrawingSource]:
    """`{"images": [...]}`. RequestValidationError. For a worker thread: it may take long."""
    message = parse_json(body)
    entries = message.get("images") if isinstance(message, dict) and len(message) == 1 else None
    if not isinstance(entries, list) or not entries:
        raise invalid("body", "Send a JSON object with one field, `images`, a list of base64 or of 28 rows of 28.")
    check_count(len(entries))
    return [JsonEntry(entry) for entry in entries]


async def read_files(request: Request) -> Sequence[DrawingSource]:
    """Every file of the form, whatever its field is called, in order. RequestValidationError where there is none."""
    try:
        async with request.form(max_files=MAX_IMAGES, max_fields=MAX_IMAGES) as form:
            files = [PictureBody(await file.read()) for _, file in form.multi_items() if isinstance(file, UploadFile)]
    except (UnicodeError, LookupError) as error:  # a charset that does not exist
        raise invalid("body", f"The multipart body can't be decoded: {error}") from error
    if not files:
        raise invalid("body.files", "The form holds no file.")
    return files


async def stream_images(request: Request) -> AsyncIterator[Images]:
    """(n, 28, 28), at most IMAGES_A_PIECE of them at a time. RequestValidationError, ProblemError `too_large`."""
    pending, count = bytearray(), 0
    async for received in request.stream():
        pending += received
        check_count(count + len(pending) // BYTES_AN_IMAGE)
        while len(pending) >= IMAGES_A_PIECE * BYTES_AN_IMAGE:
            yield _cut(pending, IMAGES_A_PIECE)
            count += IMAGES_A_PIECE
    whole, rest = divmod(len(pending), BYTES_AN_IMAGE)
    if rest or not count + whole:
        raise invalid("body", f"The body has to be N × {BYTES_AN_IMAGE} bytes, at least one image.")
    if whole:
        yield _cut(pending, whole)


def check_count(images: int) -> None:
    """ProblemError `too_large` for more than one request may hold."""
    if images > MAX_IMAGES:
        raise ProblemError("too_large", f"At most {MAX_IMAGES:,} images are read in one request; send several.")


def _cut(pending: bytearray, count: int) -> Images:
    """The first `count` images, taken out of what is pending."""
    end = count * BYTES_AN_IMAGE
    images = np.frombuffer(pending[:end], np.uint8).reshape(count, SIDE, SIDE)
    del pending[:end]
    return images
