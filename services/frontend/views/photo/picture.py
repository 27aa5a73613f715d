"""A picture file → what the page shows of it and sends on: upright pixels, a preview, and a cut-out for each digit.

Inference judges the file; here it is only shown. HEIC, which inference does not take, becomes JPEG.
"""

import base64
import io
from collections.abc import Sequence

from PIL import Image
from pillow_heif import register_heif_opener

from shared.contracts.inference import Box
from shared.upright import BROKEN_EXIF, turn_upright

register_heif_opener()

HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
FORMATS = ["PNG", "JPEG", "WEBP"]
MIB = 1024 * 1024
MAX_BYTES = 16 * MIB  # as inference's
MAX_HEIC_BYTES = 32 * MIB  # before it becomes JPEG
MAX_PIXELS = 40_000_000  # as inference's
WORK_SIDE = 2048  # pixels, and less than twice as many; as inference reduces it
PREVIEW_SIDE = 1200  # pixels, twice what a phone's page is wide
MARGIN = 0.25  # of the digit's longer side
LEAST_MARGIN = 2  # pixels
QUALITY = 92  # of JPEG
BROKEN = (*BROKEN_EXIF, Image.DecompressionBombError)


class UnshowablePictureError(Exception):
    """The message is a sentence for the person who sent the file."""


def is_heic(data: bytes) -> bool:
    """As a phone of Apple's writes it."""
    return data[4:8] == b"ftyp" and data[8:12] in HEIC_BRANDS


def check_bytes(data: bytes) -> None:
    """UnshowablePictureError where inference would not take so many, or no HEIC of that many is converted."""
    most = MAX_HEIC_BYTES if is_heic(data) else MAX_BYTES
    if len(data) > most:
        raise UnshowablePictureError(
            f"The file has {len(data) / MIB:.1f} MiB; at most {most // MIB} MiB are read. Send a smaller one."
        )


def as_sendable(data: bytes) -> bytes:
    """HEIC becomes JPEG, upright; any other file stays as it came. UnshowablePictureError."""
    if not is_heic(data):
        return data
    file = io.BytesIO()
    try:
        picture = Image.open(io.BytesIO(data), formats=["HEIF"])
        _check_size(picture)
        turn_upright(picture).convert("RGB").save(file, "JPEG", quality=QUALITY)
    except BROKEN as error:
        raise UnshowablePictureError("The HEIC picture is broken and can't be decoded.") from error
    check_bytes(file.getvalue())
    return file.getvalue()


def open_upright(data: bytes) -> Image.Image:
    """RGB or RGBA, turned as EXIF says, reduced where it is large. UnshowablePictureError."""
    try:
        picture: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
        _check_size(picture)
        picture.draft("RGB", (WORK_SIDE, WORK_SIDE))
        if picture.mode.startswith("I"):  # 16 bits of grey
            picture = picture.convert("I").point(lambda level: level / 256).convert("L")
        upright = turn_upright(picture).convert("RGBA" if picture.has_transparency_data else "RGB")
    except BROKEN as error:
        raise UnshowablePictureError("The picture was read, but it can't be shown.") from error
    return upright.reduce(max(1, max(upright.size) // WORK_SIDE))


def make_preview(picture: Image.Image) -> str:
    """A data URI, small enough to be sent with the page."""
    preview = picture.copy()
    preview.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    return as_uri(preview, "PNG" if picture.mode == "RGBA" else "JPEG")


def cut_out(picture: Image.Image, width: int, box: Box, others: Sequence[Box]) -> bytes:
    """PNG of one digit with a margin, which ends halfway to the next one. The boxes are of a picture `width` wide."""
    scale = picture.width / width
    left, top, right, bottom = find_margins(box, others)
    corners = (box.left - left, box.top - top, box.left + box.width + right, box.top + box.height + bottom)
    x0, y0, x1, y1 = (round(corner * scale) for corner in corners)
    cut = picture.crop((max(0, x0), max(0, y0), min(picture.width, x1), min(picture.height, y1)))
    return encode(cut, "PNG")


def find_margins(box: Box, others: Sequence[Box]) -> tuple[float, float, float, float]:
    """Left, above, right and below, in the pixels of the boxes."""
    wished = MARGIN * max(box.width, box.height)
    left = above = right = below = wished
    for other in others:
        gap_left, gap_right = box.left - other.left - other.width, other.left - box.left - box.width
        gap_above, gap_below = box.top - other.top - other.height, other.top - box.top - box.height
        if max(gap_above, gap_below) < wished:  # beside
            left = min(left, gap_left / 2) if gap_left >= 0 else left
            right = min(right, gap_right / 2) if gap_right >= 0 else right
        if max(gap_left, gap_right) < 0:  # right above or below
            above = min(above, gap_above / 2) if gap_above >= 0 else above
            below = min(below, gap_below / 2) if gap_below >= 0 else below
    left, above, right, below = (max(LEAST_MARGIN, margin) for margin in (left, above, right, below))
    return left, above, right, below


def as_uri(picture: Image.Image, file_format: str) -> str:
    """For the `src` of an image."""
    return data_uri(encode(picture, file_format), file_format)


def data_uri(data: bytes, file_format: str = "PNG") -> str:
    """Of an encoded picture."""
    return f"data:image/{file_format.lower()};base64,{base64.b64encode(data).decode()}"


def encode(picture: Image.Image, file_format: str) -> bytes:
    """A file's bytes."""
    file = io.BytesIO()
    picture.save(file, file_format)
    return file.getvalue()


def _check_size(picture: Image.Image) -> None:
    """From the header, before anything is decoded."""
    if picture.width * picture.height > MAX_PIXELS:
        raise UnshowablePictureError(
            f"The picture is {picture.width} × {picture.height} pixels; at most {MAX_PIXELS:,} are read. "
            "Send a smaller one."
        )
