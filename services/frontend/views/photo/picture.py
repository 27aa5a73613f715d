"""Picture file → what the page shows and sends: upright pixels, a preview, and a cutout of each digit.

Inference decides whether a file can be read; here it is only prepared. HEIC, which inference does not accept, is
converted to JPEG.
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
MAX_BYTES = 16 * MIB  # the limit of inference
MAX_HEIC_BYTES = 32 * MIB  # before the conversion to JPEG
MAX_PIXELS = 40_000_000  # the limit of inference
WORK_SIDE = 2048  # pixels; the longer side of a reduced picture is less than twice as long, as in inference
PREVIEW_SIDE = 1200  # pixels; the page is half as wide on a phone
MARGIN = 0.25  # share of the longer side of the digit
MIN_MARGIN = 2  # pixels
JPEG_QUALITY = 92
BROKEN = (*BROKEN_EXIF, Image.DecompressionBombError)


class UnshowablePictureError(Exception):
    """The message is a sentence for the visitor who chose the file."""


def is_heic(data: bytes) -> bool:
    """Whether it is a HEIC file, the format of Apple's phones."""
    return data[4:8] == b"ftyp" and data[8:12] in HEIC_BRANDS


def check_bytes(data: bytes) -> None:
    """UnshowablePictureError if the file is larger than MAX_BYTES, or a HEIC file than MAX_HEIC_BYTES."""
    most = MAX_HEIC_BYTES if is_heic(data) else MAX_BYTES
    if len(data) > most:
        raise UnshowablePictureError(
            f"The file has {len(data) / MIB:.1f} MiB; at most {most // MIB} MiB are allowed. Choose a smaller one."
        )


def to_sendable(data: bytes) -> bytes:
    """Converts HEIC to an upright JPEG; returns any other file unchanged. UnshowablePictureError."""
    if not is_heic(data):
        return data
    file = io.BytesIO()
    try:
        picture = Image.open(io.BytesIO(data), formats=["HEIF"])
        _check_size(picture)
        turn_upright(picture).convert("RGB").save(file, "JPEG", quality=JPEG_QUALITY)
    except BROKEN as error:
        raise UnshowablePictureError("The HEIC picture is broken and can't be decoded.") from error
    check_bytes(file.getvalue())
    return file.getvalue()


def open_upright(data: bytes) -> Image.Image:
    """Decodes to RGB or RGBA, turned as EXIF says, and reduced if it is large. UnshowablePictureError."""
    try:
        picture: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
        _check_size(picture)
        picture.draft("RGB", (WORK_SIDE, WORK_SIDE))
        if picture.mode.startswith("I"):  # 16 bits of grey
            picture = picture.convert("I").point(lambda level: level / 256).convert("L")
        upright = turn_upright(picture).convert("RGBA" if picture.has_transparency_data else "RGB")
    except BROKEN as error:
        raise UnshowablePictureError("The picture was read, but it can't be shown here.") from error
    return upright.reduce(max(1, max(upright.size) // WORK_SIDE))


def make_preview(picture: Image.Image) -> str:
    """A small copy as a data URI, which is sent with the page."""
    preview = picture.copy()
    preview.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    return to_uri(preview, "PNG" if picture.mode == "RGBA" else "JPEG")


def cut_out(picture: Image.Image, width: int, box: Box, others: Sequence[Box]) -> bytes:
    """PNG of one digit with margins (`find_margins`). The boxes are in pixels of a picture that is `width` wide."""
    scale = picture.width / width
    left, top, right, bottom = find_margins(box, others)
    corners = (box.left - left, box.top - top, box.left + box.width + right, box.top + box.height + bottom)
    x0, y0, x1, y1 = (round(corner * scale) for corner in corners)
    cut = picture.crop((max(0, x0), max(0, y0), min(picture.width, x1), min(picture.height, y1)))
    return encode(cut, "PNG")


def find_margins(box: Box, others: Sequence[Box]) -> tuple[float, float, float, float]:
    """(left, above, right, below) in the pixels of the boxes. A margin ends halfway to the next digit."""
    wanted = MARGIN * max(box.width, box.height)
    left = above = right = below = wanted
    for other in others:
        gap_left, gap_right = box.left - other.left - other.width, other.left - box.left - box.width
        gap_above, gap_below = box.top - other.top - other.height, other.top - box.top - box.height
        if max(gap_above, gap_below) < wanted:  # beside the digit
            left = min(left, gap_left / 2) if gap_left >= 0 else left
            right = min(right, gap_right / 2) if gap_right >= 0 else right
        if max(gap_left, gap_right) < 0:  # above or below the digit
            above = min(above, gap_above / 2) if gap_above >= 0 else above
            below = min(below, gap_below / 2) if gap_below >= 0 else below
    left, above, right, below = (max(MIN_MARGIN, margin) for margin in (left, above, right, below))
    return left, above, right, below


def to_uri(picture: Image.Image, file_format: str) -> str:
    """The picture as a data URI, for the `src` of an image."""
    return data_uri(encode(picture, file_format), file_format)


def data_uri(data: bytes, file_format: str = "PNG") -> str:
    """An encoded picture as a data URI."""
    return f"data:image/{file_format.lower()};base64,{base64.b64encode(data).decode()}"


def encode(picture: Image.Image, file_format: str) -> bytes:
    """The picture as the bytes of a file."""
    file = io.BytesIO()
    picture.save(file, file_format)
    return file.getvalue()


def _check_size(picture: Image.Image) -> None:
    """UnshowablePictureError if there are too many pixels. Reads the header only."""
    if picture.width * picture.height > MAX_PIXELS:
        raise UnshowablePictureError(
            f"The picture has {picture.width} × {picture.height} pixels; at most {MAX_PIXELS:,} are allowed. "
            "Choose a smaller one."
        )
