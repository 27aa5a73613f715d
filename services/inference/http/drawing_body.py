"""Reads a request body that holds one drawing, and describes it for OpenAPI.

A drawing comes in one of four forms: a picture file as the body, the multipart field `file`, JSON with base64, or JSON
with 28×28 pixels. The event loop only receives the bytes; `parse` does the rest in a worker thread.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from fastapi import Request

from services.inference.drawing import Drawing, DrawingSource
from services.inference.http.form_files import read_form_files
from services.inference.http.json_values import parse_json, receive_drawings
from services.inference.http.validation import make_invalid, validate
from shared.contracts.examples import SEVEN_PIXELS, SEVEN_PNG
from shared.contracts.inference import EncodedDrawing, ImagePixels
from shared.recognition.errors import UnreadableImageError
from shared.web.problems import ProblemError

MAX_FIELDS = 16  # form fields besides the file; their values are ignored
OCTETS = "application/octet-stream"  # for bytes of a type that the sender does not know
PICTURE_TYPES = ("image/png", "image/jpeg", "image/webp", OCTETS)
ALIASES = {  # names that programs use instead of the registered ones
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",  # Internet Explorer's
    "image/x-png": "image/png",  # Internet Explorer's
    "binary/octet-stream": OCTETS,  # Amazon S3's
}

DRAWING_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": (
            "A picture is read by its bytes; its media type only says that it is one. Without a media type, the body "
            "is read as a picture."
        ),
        "content": {
            **{media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in PICTURE_TYPES},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
            "application/json": {
                "schema": {"oneOf": [EncodedDrawing.model_json_schema(), ImagePixels.model_json_schema()]},
                "examples": {
                    "picture": {"summary": "A picture file as base64", "value": {"image": SEVEN_PNG}},
                    "data_url": {
                        "summary": "What canvas.toDataURL() gives",
                        "value": {"image": f"data:image/png;base64,{SEVEN_PNG}"},
                    },
                    "pixels": {"summary": "28 rows of 28 values", "value": {"pixels": SEVEN_PIXELS}},
                },
            },
        },
    }
}

_BODIES: dict[str, Any] = DRAWING_BODY["requestBody"]["content"]
PAGE_BODY: dict[str, Any] = {
    "requestBody": {
        **DRAWING_BODY["requestBody"],
        "content": {
            **_BODIES,
            "application/json": {
                "schema": EncodedDrawing.model_json_schema(),
                "examples": {
                    name: example
                    for name, example in _BODIES["application/json"]["examples"].items()
                    if name != "pixels"
                },
            },
        },
    }
}


@dataclass(frozen=True)
class PictureBody:
    """The bytes of a picture file."""

    content: bytes

    @property
    def size_bytes(self) -> int:
        """The size of the file."""
        return len(self.content)

    def parse(self) -> Drawing:
        """The bytes, unchanged. UnreadableImageError if there are none."""
        if not self.content:
            raise UnreadableImageError("The picture is empty: the request has no body, or the file has no bytes.")
        return self.content


@dataclass(frozen=True)
class JsonBody:
    """`{"image": base64}` or `{"pixels": rows}`."""

    content: bytes

    @property
    def size_bytes(self) -> int:
        """The size of the JSON."""
        return len(self.content)

    def parse(self) -> Drawing:
        """Decode the JSON. RequestValidationError."""
        message = parse_json(self.content)
        if not isinstance(message, dict) or len(message) != 1:
            raise make_invalid(
                "body", "Send a JSON object with one field, `image` (base64) or `pixels` (28 rows of 28)."
            )
        if "pixels" in message:
            return np.array(validate(ImagePixels, message).pixels, np.uint8)
        return validate(EncodedDrawing, message).image


@dataclass(frozen=True)
class FormBody:
    """A multipart form with one file in the field `file`. `content_type` is the header."""

    content: bytes
    content_type: str

    @property
    def size_bytes(self) -> int:
        """The size of the form."""
        return len(self.content)

    def parse(self) -> Drawing:
        """The bytes of the file. RequestValidationError, UnreadableImageError."""
        files = read_form_files(self.content, self.content_type, 1 + MAX_FIELDS)
        if [file.field for file in files] != ["file"]:
            raise make_invalid("body.file", "Send exactly one file, in the multipart field `file`.")
        return PictureBody(files[0].content).parse()


@dataclass(frozen=True)
class PageBody:
    """A page in one of the forms of a drawing, except pixels."""

    source: DrawingSource

    def parse(self) -> bytes:
        """The bytes of the picture file. RequestValidationError for pixels."""
        drawing = self.source.parse()
        if not isinstance(drawing, bytes):
            raise make_invalid(
                "body.pixels", "Send a page as a picture: as the body, as a file, or as base64 in `image`."
            )
        return drawing


async def read_drawing(request: Request) -> DrawingSource:
    """Receive the body and choose its form by its media type.

    ProblemError `unsupported_media_type`.
    """
    media_type = read_media_type(request)
    if media_type in PICTURE_TYPES or not media_type:
        return PictureBody(await request.body())
    if media_type == "multipart/form-data":
        return FormBody(await request.body(), request.headers["content-type"])
    if media_type == "application/json":
        return JsonBody(await receive_drawings(request, 1))
    raise ProblemError(
        "unsupported_media_type",
        f"{media_type[:100]!r} is not taken here. Send a picture with the Content-Type {', '.join(PICTURE_TYPES)}, "
        "or as the field `file` of a multipart form, or as application/json.",
    )


def read_media_type(request: Request) -> str:
    """The registered name in lower case, without parameters such as `charset`, or an empty string.

    ProblemError `unsupported_media_type` if the body is compressed: few bytes could become gigabytes.
    """
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", ""}:
        raise ProblemError(
            "unsupported_media_type",
            f"The body has the Content-Encoding {encoding[:100]!r}. Send it without one.",
            {"Accept-Encoding": "identity"},
        )
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return ALIASES.get(media_type, media_type)
