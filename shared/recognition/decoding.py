"""The bytes of a picture file → one channel of grey levels in which the ink has the most contrast, upright.

The size is checked in the header, before anything is decompressed. A large picture is reduced as soon as it is decoded.
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
MAX_PIXELS = 40_000_000  # phone cameras take 12 to 50 million; a JPEG of that size is decoded at a reduced size
MAX_SIDE = 16_384  # pixels, the limit of WebP
REDUCED_SIDE = 2048  # pixels; a larger picture is reduced by a whole factor until it fits
CANVAS_PIXELS = 512 * 512  # pyspng blocks all Python threads while it decodes; more pixels would take milliseconds
CANVAS_BYTES = 256 * 1024  # the same limit for files that compress badly
PNG_START = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
PNG_RGBA = b"\x08\x06"  # eight bits a channel, RGBA
BROKEN_FILE_ERRORS = (
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

Image.MAX_IMAGE_PIXELS = None  # turns off Pillow's limit, which only warns; _check_size raises an error instead


def decode_drawing(data: bytes, max_pixels: int = MAX_PIXELS) -> Cutout:
    """A PNG, JPEG or WebP file → grey levels. UnreadableImageError, or DrawingTooLargeError from the header alone."""
    return pick_channel(_read_pixels(data, max_pixels))


@dataclass(frozen=True)
class DecodedPage:
    """Grey levels with `margin` pixels of paper added on each side, and the size in pixels of the upright picture."""

    grey: Cutout
    margin: int
    width: int
    height: int


def decode_page(data: bytes, max_pixels: int = MAX_PIXELS) -> DecodedPage:
    """Like `decode_drawing`, with what is needed to find the place of the ink on the picture."""
    pixels = _read_pixels(data, max_pixels)
    grey = pick_channel(pixels)
    width, height = _read_size(data)
    return DecodedPage(grey, (grey.shape[0] - pixels.shape[0]) // 2, width, height)


def _read_size(data: bytes) -> tuple[int, int]:
    """Width and height, as EXIF turns the picture. The picture must be decodable."""
    picture = Image.open(io.BytesIO(data), formats=FORMATS)
    return (picture.height, picture.width) if read_orientation(picture) >= 5 else picture.size


def _read_pixels(data: bytes, max_pixels: int) -> Pixels:
    """(H, W) grey levels or (H, W, 4) RGBA, uint8, no side longer than REDUCED_SIDE."""
    if _is_small_canvas(data, max_pixels):
        with suppress(RuntimeError):  # Pillow tries again below and says what is wrong
            pixels: Pixels = pyspng.load(data)
            return pixels
    try:
        picture: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
        _check_size(picture.size, max_pixels)
        picture.draft("L" if picture.mode == "L" else "RGB", (REDUCED_SIDE // 2, REDUCED_SIDE // 2))
        return _to_array(_reduce(turn_upright(picture)))
    except UnidentifiedImageError as error:
        raise UnreadableImageError("The file is not a PNG, JPEG or WebP picture.") from error
    except BROKEN_FILE_ERRORS as error:
        raise UnreadableImageError(f"The picture is broken and can't be decoded: {error}") from error


def _is_small_canvas(data: bytes, max_pixels: int) -> bool:
    """Whether the file is a small PNG with 8 bits of RGBA, as browsers write a canvas. pyspng decodes those faster."""
    if len(data) > CANVAS_BYTES or data[:16] != PNG_START or data[24:26] != PNG_RGBA:
        return False
    width, height = struct.unpack(">II", data[16:24])
    small = width * height <= min(max_pixels, CANVAS_PIXELS) and max(width, height) <= REDUCED_SIDE
    return small and _has_only_pixels(data)


def _has_only_pixels(data: bytes) -> bool:
    """Whether a PNG is complete, undamaged and without other chunks, which could turn or animate the picture."""
    rest, kind = memoryview(data)[8:], b"IHDR"
    while kind in {b"IHDR", b"IDAT"} and len(rest) >= 12:
        length, kind = struct.unpack_from(">I4s", rest)
        if zlib.crc32(rest[4 : length + 8]).to_bytes(4) != rest[length + 8 : length + 12]:
            return False
        rest = rest[length + 12 :]
    return kind == b"IEND"


def _check_size(size: tuple[int, int], max_pixels: int) -> None:
    """DrawingTooLargeError if the picture of `size` (width, height) exceeds a limit."""
    width, height = size
    if width * height > max_pixels or max(size) > MAX_SIDE:
        raise DrawingTooLargeError(
            f"The picture has {width} × {height} pixels. The limit is {max_pixels:,} pixels, and "
            f"{MAX_SIDE:,} pixels for each side. Send a smaller picture."
        )


def _reduce(picture: Image.Image) -> Image.Image:
    """The picture with 8 bits a channel and no side longer than REDUCED_SIDE."""
    if picture.mode.startswith("I"):  # 16-bit grey
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    factor = -(-max(picture.size) // REDUCED_SIDE)
    if factor == 1:
        return picture
    if picture.mode in {"1", "P", "PA"}:
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return picture.reduce(factor)


def _to_array(picture: Image.Image) -> Pixels:
    """(H, W) uint8 for grey pictures, (H, W, 4) RGBA uint8 for all others."""
    if picture.mode in {"1", "L"} and not picture.has_transparency_data:
        return np.asarray(picture.convert("L"))
    return np.asarray(picture.convert("RGBA"))
