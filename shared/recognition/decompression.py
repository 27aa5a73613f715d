"""The pixels of a picture file, still compressed → pixels of 8 bits a channel, reduced if there are many.

Pillow decodes PNG and JPEG, `canvas_png.py` the small PNG that browsers make of a canvas, and OpenCV WebP, for which
Pillow needs twice the memory. A large picture is reduced in bands of rows, so that no second picture of its size is
made.
"""

import io
import logging
import zlib
from collections.abc import Callable
from contextlib import suppress

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from shared.recognition.canvas_png import load_canvas
from shared.recognition.cutout import Pixels
from shared.recognition.errors import UnreadableImageError
from shared.recognition.picture_file import PixelFile
from shared.recognition.picture_file.limits import make_broken
from shared.recognition.picture_file.png import walk_chunks

REDUCED_SIDE = 2048  # pixels; a larger picture is reduced by a whole factor until it fits
JPEG_SIDE = REDUCED_SIDE // 2  # pixels; the JPEG decoder itself reduces to a shorter side of at least this
JPEG_SCALES = (8, 4, 2)  # factors by which the JPEG decoder can reduce
BAND_PIXELS = 1 << 20
CANVAS_PIXELS = 512 * 512  # pyspng blocks all Python threads while it decodes; more pixels would take milliseconds
CANVAS_BYTES = 256 * 1024  # the same limit for files that compress badly
CANVAS_KINDS = {b"IHDR", b"IDAT", b"IEND"}
PNG_RGBA = b"\x08\x06"  # eight bits a channel, RGBA

SHORTEST_WEBP = 32  # bytes that OpenCV wants; a picture of a single pixel has fewer

# OpenCV would write to the standard error about every broken file.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
Image.MAX_IMAGE_PIXELS = None  # turns off Pillow's limit, which only warns; `picture_file` has limits of its own
logger = logging.getLogger(__name__)


def decompress(picture: PixelFile) -> Pixels:
    """(H, W) grey levels or (H, W, 4) RGBA, uint8, no side longer than REDUCED_SIDE. UnreadableImageError."""
    if _is_small_canvas(picture):
        with suppress(ValueError):  # Pillow tries again below and says what is wrong
            return load_canvas(picture.data, picture.width, picture.height)
    try:
        size, cut_band = _decode_webp(picture) if picture.file_format == "WEBP" else _decode_with_pillow(picture)
        return _reduce(size, cut_band)
    except UnidentifiedImageError as error:  # its text names an object in memory
        raise make_broken("its header is damaged") from error
    except MemoryError:
        raise
    except Exception as error:  # a decoder may raise anything for a hostile file
        logger.info("A picture could not be decoded: %r", error)
        if "truncated" in str(error).lower():
            raise make_broken("its end is missing") from error
        raise UnreadableImageError(f"The picture is broken and can't be decoded: {error}") from error


CutBand = Callable[[int, int], Image.Image]  # first row, row after the last → those rows of the picture


def _decode_with_pillow(picture: PixelFile) -> tuple[tuple[int, int], CutBand]:
    """The size of the decoded picture, and its rows. A large JPEG is decoded at a reduced size."""
    decoded: Image.Image = Image.open(io.BytesIO(picture.data), formats=[picture.file_format])
    scale = _choose_jpeg_scale(picture)
    decoded.draft("L" if decoded.mode == "L" else "RGB", (picture.width // scale, picture.height // scale))
    decoded.load()
    return decoded.size, lambda top, bottom: decoded.crop((0, top, decoded.width, bottom))


def _choose_jpeg_scale(picture: PixelFile) -> int:
    """The greatest factor that leaves enough pixels, or more than are used in the end."""
    shorter, longer = sorted((picture.width, picture.height))
    return next((scale for scale in JPEG_SCALES if shorter >= scale * JPEG_SIDE or longer >= scale * REDUCED_SIDE), 1)


def _decode_webp(picture: PixelFile) -> tuple[tuple[int, int], CutBand]:
    """The size of the decoded picture, and its rows."""
    data = np.frombuffer(picture.data.ljust(SHORTEST_WEBP, b"\0"), np.uint8)
    decoded = cv2.imdecode(data, cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION)
    if decoded is None:
        raise ValueError("its pixels are damaged or missing")
    order = cv2.COLOR_BGRA2RGBA if decoded.shape[2] == 4 else cv2.COLOR_BGR2RGB
    height, width = decoded.shape[:2]
    return (width, height), lambda top, bottom: Image.fromarray(cv2.cvtColor(decoded[top:bottom], order))


def _reduce(size: tuple[int, int], cut_band: CutBand) -> Pixels:
    """The picture with no side longer than REDUCED_SIDE. Areas are averaged."""
    width, height = size
    factor = -(-max(size) // REDUCED_SIDE)
    if factor == 1:
        return _to_array(_to_eight_bits(cut_band(0, height)))
    rows = factor * max(1, BAND_PIXELS // (factor * width))
    bands = (cut_band(top, min(top + rows, height)) for top in range(0, height, rows))  # one at a time in memory
    return np.concatenate([_to_array(_average(_to_eight_bits(band), factor)) for band in bands])


def _to_eight_bits(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16-bit grey
        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    return picture


def _average(picture: Image.Image, factor: int) -> Image.Image:
    """The picture with the mean of each square of `factor` pixels."""
    if picture.mode in {"1", "P", "PA"}:
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return picture.reduce(factor)


def _to_array(picture: Image.Image) -> Pixels:
    """(H, W) uint8 for grey pictures, (H, W, 4) RGBA uint8 for all others."""
    if picture.mode in {"1", "L"} and not picture.has_transparency_data:
        return np.asarray(picture.convert("L"))
    return np.asarray(picture.convert("RGBA"))


def _is_small_canvas(picture: PixelFile) -> bool:
    """Whether the file is a small PNG with 8 bits of RGBA, as browsers write a canvas. pyspng decodes those faster."""
    if picture.file_format != "PNG" or len(picture.data) > CANVAS_BYTES or picture.data[24:26] != PNG_RGBA:
        return False
    small = picture.width * picture.height <= CANVAS_PIXELS and max(picture.width, picture.height) <= REDUCED_SIDE
    return small and _is_undamaged(picture.data)


def _is_undamaged(png: bytes) -> bool:
    """Whether a PNG is complete, with the right checksums, and has neither a palette nor a transparent colour."""
    view, kind = memoryview(png), b""
    for kind, start, end in walk_chunks(png):
        if kind not in CANVAS_KINDS or zlib.crc32(view[start + 4 : end - 4]).to_bytes(4) != view[end - 4 : end]:
            return False
    return kind == b"IEND"
