"""Request bodies that are large or hold very many parts: batches, JSON of one kind of token, forms."""

import base64
import json

import numpy as np
from PIL import Image

from benchmarks.fairness.large_pictures import encode

IMAGES = 10_000  # as many as a batch may hold
PIXEL_IMAGES = 9_800  # as many as BODY_BYTES hold as lists of numbers
BODY_BYTES = 16 * 2**20  # as large as a body may be
SIDE = 28  # pixels of an image
BOUNDARY = "slate-benchmark"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


def make_images(count: int = IMAGES) -> bytes:
    """`count` images of 28 × 28 bytes with a vertical stroke each, at different places."""
    images = np.zeros((count, SIDE, SIDE), np.uint8)
    columns = np.arange(count) % 8 + 10
    images[np.arange(count), 4:24, columns] = 255
    images[np.arange(count), 4:24, columns + 1] = 255
    return images.tobytes()


def make_pixels_json(count: int = PIXEL_IMAGES) -> bytes:
    """A batch of images as lists of numbers."""
    images = np.frombuffer(make_images(count), np.uint8).reshape(count, SIDE, SIDE)
    return json.dumps({"images": images.tolist()}, separators=(",", ":")).encode()


def make_small_png() -> bytes:
    """A PNG of 28 × 28 pixels with a stroke, about 100 bytes."""
    pixels = 255 - np.frombuffer(make_images(1), np.uint8).reshape(SIDE, SIDE)
    return encode(Image.fromarray(pixels), "PNG")


def make_base64_json(count: int = IMAGES) -> bytes:
    """A batch of PNG files as base64."""
    return json.dumps({"images": [base64.b64encode(make_small_png()).decode()] * count}).encode()


def make_form(count: int = IMAGES) -> bytes:
    """A form with `count` PNG files. Its media type is FORM."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n'
    part = f"{head}Content-Type: image/png\r\n\r\n".encode() + make_small_png() + b"\r\n"
    return part * count + f"--{BOUNDARY}--\r\n".encode()


def make_brackets(length: int = BODY_BYTES) -> bytes:
    """JSON of `length` bytes: `{"images": [[],[],...]}`. Each pair of brackets becomes an object in memory."""
    start, end = b'{"images":[[]', b"]}"
    return start + b",[]" * ((length - len(start) - len(end)) // 3) + end


def make_keys(length: int = BODY_BYTES) -> bytes:
    """A JSON object of at most `length` bytes with about 1.3 million unknown keys."""
    count = length // 13
    return ("{" + ",".join(f'"{number:07d}":0' for number in range(count)) + "}").encode()
