"""Reads a request body that holds one drawing, and describes it for OpenAPI.

A drawing comes in one of four forms: a picture file as the body, the multipart field `file`, JSON with base64, or JSON
with 28×28 pixels. The event loop only receives the bytes; `parse` does the rest in a worker thread.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from pydantic_core import from_json
from starlette.datastructures import UploadFile

from services.inference.drawing import Drawing, DrawingSource
from shared.contracts.inference import EncodedDrawing, ImagePixels
from shared.web.problems import ProblemError

MAX_FIELDS = 16  # form fields besides the file; their values are ignored
PICTURE_TYPES = ("image/png", "image/jpeg", "image/webp")

DRAWING_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
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
                    "picture": {"summary": "A picture file as base64", "value": {"image": "iVBORw0KGgo..."}},
                    "pixels": {"summary": "28 rows of 28 values", "value": {"pixels": [[0] * 28] * 28}},
                },
            },
        },
    }
}

_BODIES: dict[str, Any] = DRAWING_BODY["requestBody"]["content"]
PAGE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            **_BODIES,
            "application/json": {
                "schema": EncodedDrawing.model_json_schema(),
                "examples": {"picture": _BODIES["application/json"]["examples"]["picture"]},
            },
        },
    }
}


@dataclass(frozen=True)
class PictureBody:
    """The bytes of a picture file."""

    content: bytes

    def parse(self) -> Drawing:
        """The bytes, unchanged."""
        return self.content


@dataclass(frozen=True)
class JsonBody:
    """`{"image": base64}` or `{"pixels": rows}`."""

    content: bytes

    def parse(self) -> Drawing:
        """Decode the JSON. RequestValidationError."""
        message = parse_json(self.content)
        if not isinstance(message, dict) or len(message) != 1:
            raise invalid("body", "Send a JSON object with one field, `image` (base64) or `pixels` (28 rows of 28).")
        return _as_drawing(message)


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
    if media_type in PICTURE_TYPES:
        return PictureBody(await request.body())
    if media_type == "multipart/form-data":
        return PictureBody(await _read_multipart(request))
    if media_type == "application/json":
        return JsonBody(await request.body())
    raise ProblemError(
        "unsupported_media_type",
        f"Send a picture as {', '.join(PICTURE_TYPES)}, as the multipart field `file`, or as application/json.",
    )


def read_media_type(request: Request) -> str:
    """The media type in lower case, without parameters such as `charset`."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


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
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise invalid("body", f"The body is not valid JSON: {error}") from error


def parse_entry(entry: object) -> Drawing:
    """One drawing of a JSON list: base64 of a picture, or rows of pixels. RequestValidationError."""
    return _as_drawing({"image" if isinstance(entry, str) else "pixels": entry})


def invalid(place: str, sentence: str) -> RequestValidationError:
    """The error that FastAPI itself raises for a malformed request, so that one handler answers both."""
    return RequestValidationError([{"type": "value_error", "loc": tuple(place.split(".")), "msg": sentence}])


def _as_drawing(message: dict[str, object]) -> Drawing:
    try:
        if "pixels" in message:
            return np.array(ImagePixels.model_validate(message).pixels, np.uint8)
        return EncodedDrawing.model_validate(message).image
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        raise RequestValidationError([{**detail, "loc": ("body", *detail["loc"])} for detail in details]) from error
