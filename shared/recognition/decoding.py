"""The bytes of a picture → one channel of grey levels in which its ink stands out, turned the right way up.

The size is checked from the header, before anything is decompressed, and a large picture is reduced as soon as it is
decoded.
"""

import io
import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pyspng
from PIL import Image, UnidentifiedImageError

from shared.recognition.channel import pick_channel
from shared.recognition.cutout import Cutout, Pixels
from shared.recognition.errors import DrawingTooLargeError, UnreadableImageError
from shared.upright import read_orientation, turn_upright

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_PIXELS = 40_000_000  # a phone's camera makes 12 to 50 million, as JPEG, which is decoded reduced
MAX_SIDE = 16_384  # pixels, WebP's own limit
REDUCED_SIDE = 2048  # pixels; what is larger is reduced by a whole factor until it fits
CANVAS_PIXELS = 512 * 512  # more would hold the interpreter, which pyspng does not let go, for milliseconds
CANVAS_BYTES = 256 * 1024  # the same for what says little in many bytes
PNG_START = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
PNG_RGBA = b"\x08\x06"  # eight bits a channel, RGBA
BROKEN_FILE = (
    struct.error,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    ZeroDivisionError,
    OverflowError,
    OSError,
    EOFError,
    IndexError,
)

Image.MAX_IMAGE_PIXELS = None  # Pillow's own check only warns below twice this; ours refuses, with a sentence


def decode_drawing(data: bytes, max_pixels: int = MAX_PIXELS) -> Cutout:
    """PNG, JPEG or WebP → grey levels. UnreadableImageError; DrawingTooLargeError as the header tells."""
    return pick_channel(_read_pixels(data, max_pixels))


@dataclass(frozen=True)
class Page:
    """Grey levels with `margin` pixels of paper added on each side, and the size of the picture, turned upright."""

    grey: Cutout
    margin: int
    width: int
    height: int


def decode_page(data: bytes, max_pixels: int = MAX_PIXELS) -> Page:
    """As `decode_drawing`, for who has to find the ink's place on the picture."""
    pixels = _read_pixels(data, max_pixels)
    grey = pick_channel(pixels)
    width, height = _read_size(data)
    return Page(grey, (grey.shape[0] - pixels.shape[0]) // 2, width, height)


def _read_size(data: bytes) -> tuple[int, int]:
    """Width and height of a picture that could be decoded, as EXIF turns it."""
    picture = Image.open(io.BytesIO(data), formats=FORMATS)
    return (picture.height, picture.width) if read_orientation(picture) >= 5 else picture.size


def _read_pixels(data: bytes, max_pixels: int) -> Pixels:
    """(H, W) grey levels or (H, W, 4) RGBA, no side longer than REDUCED_SIDE."""
    if _is_canvas(data, max_pixels):
        with suppress(RuntimeError):  # Pillow says what is wrong
            pixels: Pixels = pyspng.load(data)
            return pixels
    try:
        picture: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
        _check_size(picture.size, max_pixels)
        picture.draft("L" if picture.mode == "L" else "RGB", (REDUCED_SIDE // 2, REDUCED_SIDE // 2))
        return _to_array(_reduce(turn_upright(picture)))
    except UnidentifiedImageError as error:
        raise UnreadableImageError("The file is not a PNG, JPEG or WebP picture.") from error
    except BROKEN_FILE as error:
        raise UnreadableImageError(f"The picture is broken and can't be decoded: {error}") from error


def _is_canvas(data: bytes, max_pixels: int) -> bool:
    """Eight bits of RGBA and no more, as browsers write a canvas: pyspng is done sooner."""
    if len(data) > CANVAS_BYTES or data[:16] != PNG_START or data[24:26] != PNG_RGBA:
        return False
    width, height = struct.unpack(">II", data[16:24])
    small = width * height <= min(max_pixels, CANVAS_PIXELS) and max(width, height) <= REDUCED_SIDE
    return small and _has_only_pixels(data)


def _has_only_pixels(data: bytes) -> bool:
    """Whether a PNG goes on to its end, undamaged, with no chunk but pixels: others may turn it or animate it."""
    rest, kind = memoryview(data)[8:], b"IHDR"
    while kind in {b"IHDR", b"IDAT"} and len(rest) >= 12:
        length, kind = struct.unpack_from(">I4s", rest)
        if zlib.crc32(rest[4 : length + 8]).to_bytes(4) != rest[length + 8 : length + 12]:
            return False
        rest = rest[length + 12 :]
    return kind == b"IEND"


def _check_size(size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if width * height > max_pixels or max(size) > MAX_SIDE:
        raise DrawingTooLargeError(
            f"The picture is {width} × {height} pixels; at most {max_pixels:,} pixels and "
            f"{MAX_SIDE:,} a side are read. Send a smaller one."
        )


def _reduce(picture: Image.Image) -> Image.Image:
    """In eight bits a channel, no side longer than REDUCED_SIDE."""
    if picture.mode.startswith("I"):  # 16 bits of grey
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    factor = -(-max(picture.size) // REDUCED_SIDE)
    if factor == 1:
        return picture
    if picture.mode in {"1", "P", "PA"}:
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return picture.reduce(factor)


def _to_array(picture: Image.Image) -> Pixels:
    """Anything but grey becomes RGBA."""
    if picture.mode in {"1", "L"} and not picture.has_transparency_data:
        return np.asarray(picture.convert("L"))
    return np.asarray(picture.convert("RGBA"))
