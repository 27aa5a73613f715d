"""Reads a request body that holds one drawing, and describes it for OpenAPI.

A drawing comes in one of four forms: a picture file as the body, the multipart field `file`, JSON with base64, or JSON
with 28×28 pixels. The event loop only receives the bytes; `parse` does the rest in a worker thread.
"""

from codecs import BOM_UTF8
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from pydantic_core import from_json
from starlette.datastructures import UploadFile

from services.inference.drawing import Drawing, DrawingSource
from shared.contracts.examples import SEVEN_PIXELS, SEVEN_PNG
from shared.contracts.inference import EncodedDrawing, ImagePixels
from shared.contracts.message import Message
from shared.recognition.errors import UnreadableImageError
from shared.web.problems import ProblemError

M = TypeVar("M", bound=Message)

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
            raise invalid("body", "Send a JSON object with one field, `image` (base64) or `pixels` (28 rows of 28).")
        if "pixels" in message:
            return np.array(validate(ImagePixels, message).pixels, np.uint8)
        return validate(EncodedDrawing, message).image


@dataclass(frozen=True)
class PageBody:
    """A page in one of the forms of a drawing, except pixels."""

    source: DrawingSource

    def parse(self) -> bytes:
        """The bytes of the picture file. RequestValidationError for pixels."""
        drawing = self.source.parse()
        if not isinstance(drawing, bytes):
            raise invalid("body.pixels", "Send a page as a picture: as the body, as a file, or as base64 in `image`.")
        return drawing


async def read_drawing(request: Request) -> DrawingSource:
    """Receive the body and choose its form by its media type.

    ProblemError `unsupported_media_type`. RequestValidationError if a form has no field `file`.
    """
    media_type = read_media_type(request)
    if media_type in PICTURE_TYPES or not media_type:
        return PictureBody(await request.body())
    if media_type == "multipart/form-data":
        return PictureBody(await _read_multipart(request))
    if media_type == "application/json":
        return JsonBody(await request.body())
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


async def _read_multipart(request: Request) -> bytes:
    try:
        async with request.form(max_files=1, max_fields=MAX_FIELDS) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise invalid("body.file", "The multipart field `file` is missing or is not a file.")
            return await file.read()
    except (UnicodeError, LookupError) as error:  # for example, an unknown charset
        raise invalid("body", f"The multipart body can't be decoded: {error}") from error


def parse_json(body: bytes) -> Any:
    """RequestValidationError if the body is not JSON."""
    try:
        return from_json(body.removeprefix(BOM_UTF8), allow_inf_nan=False)  # Windows programs begin a file with it
    except ValueError as error:
        raise invalid("body", f"The body is not valid JSON: {error}") from error


def invalid(place: str, sentence: str) -> RequestValidationError:
    """The error that FastAPI itself raises for a malformed request, so that one handler answers both."""
    return RequestValidationError([{"type": "value_error", "loc": tuple(place.split(".")), "msg": sentence}])


def validate(kind: type[M], message: object) -> M:
    """The message as this class. RequestValidationError, as FastAPI itself raises it."""
    try:
        return kind.model_validate(message)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        raise RequestValidationError([{**detail, "loc": ("body", *detail["loc"])} for detail in details]) from error
