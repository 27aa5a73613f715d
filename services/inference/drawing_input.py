"""The four forms a drawing may come in → the bytes of a picture, or an image already.

Picture body, multipart field `file`, JSON with base64, JSON with pixels. What each looks like in OpenAPI is here too,
beside the code that reads it.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import numpy as np
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from pydantic_core import from_json
from starlette.datastructures import UploadFile

from shared.contracts.inference import EncodedDrawing, ImagePixels
from shared.recognition.preprocessing import Image
from shared.web.problems import ProblemError

MAX_FIELDS = 16  # of a form beside the file; they are not looked at
PICTURE_TYPES = ("image/png", "image/jpeg", "image/webp")
Drawing = bytes | Image  # a picture to be preprocessed, or a 28×28 image

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
                    "picture": {"summary": "a picture as base64", "value": {"image": "iVBORw0KGgo..."}},
                    "pixels": {"summary": "28 rows of 28 values", "value": {"pixels": [[0] * 28] * 28}},
                },
            },
        },
    }
}


@dataclass(frozen=True)
class DrawingBody:
    """A drawing as it was received, before anything costly was done with it."""

    content: bytes
    is_json: bool = False

    def parse(self) -> Drawing:
        """RequestValidationError for JSON that is malformed or not a drawing. For worker threads: it may be long."""
        return _parse_json(self.content) if self.is_json else self.content


async def read_drawing(request: Request, timeout_s: float) -> DrawingBody:
    """ProblemError `unsupported_media_type`, `timeout`; RequestValidationError for a form without the field."""
    try:
        async with asyncio.timeout(timeout_s):
            return await _read_body(request)
    except TimeoutError as error:
        raise ProblemError("timeout", f"The request's body did not arrive within {timeout_s:g} seconds.") from error


async def _read_body(request: Request) -> DrawingBody:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type in PICTURE_TYPES:
        return DrawingBody(await request.body())
    if media_type == "multipart/form-data":
        return DrawingBody(await _read_multipart(request))
    if media_type == "application/json":
        return DrawingBody(await request.body(), is_json=True)
    raise ProblemError(
        "unsupported_media_type",
        f"Send a picture as {', '.join(PICTURE_TYPES)}, as the multipart field `file`, or as application/json.",
    )


async def _read_multipart(request: Request) -> bytes:
    try:
        async with request.form(max_files=1, max_fields=MAX_FIELDS) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise _invalid(("body", "file"), "The multipart field `file` is missing or is not a file.")
            return await file.read()
    except (UnicodeError, LookupError) as error:  # a charset that does not exist
        raise _invalid(("body",), f"The multipart body can't be decoded: {error}") from error


def _parse_json(body: bytes) -> Drawing:
    try:
        message = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise _invalid(("body",), f"Not valid JSON: {error}") from error
    if not isinstance(message, dict) or len(message) != 1:
        raise _invalid(("body",), "Send a JSON object with one field, `image` (base64) or `pixels` (28 rows of 28).")
    try:
        if "pixels" in message:
            return np.array(ImagePixels.model_validate(message).pixels, np.uint8)
        return EncodedDrawing.model_validate(message).image
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        raise RequestValidationError([{**detail, "loc": ("body", *detail["loc"])} for detail in details]) from error


def _invalid(place: tuple[str, ...], sentence: str) -> RequestValidationError:
    return RequestValidationError([{"type": "value_error", "loc": place, "msg": sentence}])
