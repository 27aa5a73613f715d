"""One drawn picture, with what is written on it, as it is posted to the service."""

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image


@dataclass(frozen=True)
class Case:
    """`digits` are all digits in reading order. A single digit is asked of /v1/predict too."""

    kind: str
    name: str
    digits: str
    picture: bytes
    media_type: str
    paths: tuple[str, ...]


def make_case(kind: str, name: str, digits: str, pixels: np.ndarray, file_format: str = "PNG") -> Case:
    """A picture (H, W, 3) uint8 as a file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, file_format, **({"quality": 90} if file_format == "JPEG" else {}))
    paths = ("/v1/predict", "/v1/read") if len(digits) == 1 else ("/v1/read",)
    return Case(kind, f"{name}-{digits}", digits, file.getvalue(), f"image/{file_format.lower()}", paths)
