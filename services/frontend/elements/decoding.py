"""Picture file → decoded picture, upright and reduced, with a bound on the memory of the whole process.

The number of pixels is checked in the header. One thread decodes all pictures, one after the other, and reduces each in
bands of rows, so that no second picture of its size is made. A decoder may raise anything for a hostile file. That is
always a problem of that file alone.
"""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog
from PIL import Image

from shared import picture_limits
from shared.picture_limits import MAX_SIDE
from shared.upright import turn_upright

Image.MAX_IMAGE_PIXELS = None  # Pillow's own limit, which knows no formats; `_check_size` has lower ones
logger = structlog.get_logger(__name__)

MAX_PIXELS: dict[str, int] = {
    **picture_limits.MAX_PIXELS,
    "MPO": picture_limits.MAX_PIXELS["JPEG"],  # a JPEG of a phone, with a second picture behind it
    # The others are decoded in a process of their own (services/frontend/conversion).
    "HEIF": 25_000_000,  # the most that iPhones take by default; 7 bytes a pixel
    "AVIF": 25_000_000,
    "GIF": 24_000_000,
    "BMP": 24_000_000,
    "TIFF": 40_000_000,  # a sheet of A4 that was scanned with 600 dots per inch has 35 million
}
INFERENCE_FORMATS: tuple[str, ...] = tuple(picture_limits.MAX_PIXELS)
BAND_PIXELS = 1_000_000
BROKEN = "The file seems to be {kind}, but it is broken and can't be decoded."
CUT_OFF = "The file is {kind}, but its end is missing. Copy or download it again."
ENDS_EARLY = ("truncated", "end of file")  # in the messages of decoders
DECODER = ThreadPoolExecutor(1, "decoder")  # memory that one thread frees is used again; that of many threads is kept

T = TypeVar("T")


class UnshowablePictureError(Exception):
    """The message is a sentence for the visitor."""


def use_picture(
    data: bytes, side: int, use: Callable[[Image.Image], T], formats: tuple[str, ...] = INFERENCE_FORMATS
) -> T:
    """Decodes the file and returns what `use` makes of it, when it is this file's turn.

    `use` gets RGB or RGBA, turned as EXIF says, and reduced by a whole factor until no side is as long as twice `side`.
    UnshowablePictureError.
    """
    return DECODER.submit(lambda: use(decode_upright(data, side, formats))).result()


def decode_upright(data: bytes, side: int, formats: tuple[str, ...], kind: str = "a picture") -> Image.Image:
    """For `use_picture`, in this thread. `kind` is what a sentence calls the file. UnshowablePictureError."""
    try:
        return _decode_upright(data, side, formats)
    except UnshowablePictureError:
        raise
    except Exception as error:
        logger.warning("picture_not_decoded", reason=repr(error), bytes=len(data))
        is_cut_off = any(words in str(error).lower() for words in ENDS_EARLY)
        sentence = CUT_OFF if is_cut_off else BROKEN
        raise UnshowablePictureError(sentence.format(kind=kind)) from error


def _decode_upright(data: bytes, side: int, formats: tuple[str, ...]) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=formats) as picture:
        _check_size(picture)
        picture.draft("RGB", (side, side))
        picture.load()
        reduced = _reduce(picture, max(1, max(picture.size) // side))
        reduced.info["exif"] = picture.info.get("exif", b"")
    return turn_upright(reduced)


def _check_size(picture: Image.Image) -> None:
    """UnshowablePictureError if there are too many pixels. Reads the header only."""
    most = MAX_PIXELS[str(picture.format)]
    if picture.width * picture.height > most or max(picture.size) > MAX_SIDE:
        raise UnshowablePictureError(
            f"The picture has {picture.width} × {picture.height} pixels; at most {most:,} are allowed for a file of "
            f"this kind, and {MAX_SIDE:,} for each side. Choose a smaller one."
        )


def _reduce(picture: Image.Image, factor: int) -> Image.Image:
    """The picture as RGB or RGBA, with the mean of each square of `factor` pixels."""
    width, height = picture.size
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    reduced = Image.new(mode, (-(-width // factor), -(-height // factor)))
    rows = factor * max(1, BAND_PIXELS // (factor * width))
    for top in range(0, height, rows):
        band = _to_eight_bits(picture.crop((0, top, width, min(top + rows, height))))
        reduced.paste(band.convert(mode).reduce(factor), (0, top // factor))
    return reduced


def _to_eight_bits(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16 bits of grey
        return picture.convert("I").point(lambda level: level / 256).convert("L")
    return picture
