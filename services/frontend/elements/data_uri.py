"""Pictures inside HTML, so that a page needs no request for each of them."""

import base64
import io

from PIL import Image


def write_data_uri(data: bytes, file_format: str = "PNG") -> str:
    """A picture file as a data URI, for the `src` of an image. `file_format` may also be `SVG+XML`."""
    return f"data:image/{file_format.lower()};base64,{base64.b64encode(data).decode()}"


def encode(picture: Image.Image, file_format: str = "PNG", quality: int = 75) -> bytes:
    """The picture as the bytes of a file. `quality` is for JPEG and WebP; 75 is Pillow's default."""
    file = io.BytesIO()
    picture.save(file, file_format, quality=quality)
    return file.getvalue()
