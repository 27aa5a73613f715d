"""The bytes of a JSON body → its values. Bodies that would take far more memory than their size are refused unread."""

from codecs import BOM_UTF8
from typing import Any

from pydantic_core import from_json

from services.inference.http.validation import make_invalid

MARGIN = 100  # so that a body with a few fields too many gets an error about its fields
MOST_PER_IMAGE = {b'"': 2, b"[": 29, b"{": 0}  # an image is one text, or 28 rows in a list


def parse_json(body: bytes, max_images: int = 1) -> Any:
    """RequestValidationError if it is not JSON, or if it has more texts and lists than so many images."""
    for start, most in MOST_PER_IMAGE.items():
        if body.count(start) > most * max_images + MARGIN:
            raise make_invalid("body", "The JSON has too many texts, lists or objects.")
    try:
        return from_json(body.removeprefix(BOM_UTF8), allow_inf_nan=False)  # Windows programs begin a file with it
    except ValueError as error:
        raise make_invalid("body", f"The body is not valid JSON: {error}") from error
