"""The drawing in small, so that an example program can hold it as text: grey and a fifth as wide."""

import io

from PIL import Image

from services.frontend.elements.data_uri import encode, write_data_uri

SIDE = 56  # pixels; twice what the model sees, in about 400 characters


def write_small(drawing: bytes) -> str:
    """PNG file of the canvas → data URI of a PNG."""
    with Image.open(io.BytesIO(drawing), formats=["PNG"]) as picture:
        return write_data_uri(encode(picture.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)))
