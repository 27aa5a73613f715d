"""A JSON body of drawings: received within bounds, and parsed into its values."""

from codecs import BOM_UTF8
from typing import Any

from fastapi import Request
from pydantic_core import from_json

from services.inference.http.validation import make_invalid
from shared.web.json_body import receive_json

MARGIN = 100  # so that a body with a few fields too many gets an error about its fields
MOST_PER_IMAGE = {b'"': 2, b"[": 29, b"{": 0}  # an image is one text, or 28 rows in a list


async def receive_drawings(request: Request, max_images: int) -> bytes:
    """The body. HTTPException 422 if it has more texts and lists than so many images."""
    return await receive_json(request, {start: most * max_images + MARGIN for start, most in MOST_PER_IMAGE.items()})


def parse_json(body: bytes) -> Any:
    """RequestValidationError if it is not JSON. Call it in a lane: it may take long."""
    try:
        return from_json(body.removeprefix(BOM_UTF8), allow_inf_nan=False)  # Windows programs begin a file with it
    except ValueError as error:
        raise make_invalid("body", f"The body is not valid JSON: {error}") from error
