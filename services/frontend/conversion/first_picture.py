"""A picture file or PDF → its first picture or page, upright and reduced, and whether it has more of them."""

import io

from pi_heif import register_heif_opener
from PIL import Image

from services.frontend.conversion.pdf import draw_first_page
from services.frontend.elements.decoding import decode_upright
from shared.picture_kinds import NAMES, Kind, find_kind

SIDE = 2048  # pixels, as large as inference looks at
FORMATS: dict[Kind, tuple[str, ...]] = {  # Pillow's names
    "PNG": ("PNG",),
    "JPEG": ("JPEG", "MPO"),
    "WEBP": ("WEBP",),
    "HEIC": ("HEIF",),
    "AVIF": ("AVIF",),
    "GIF": ("GIF",),
    "BMP": ("BMP",),
    "TIFF": ("TIFF",),
}

register_heif_opener()


def read_first_picture(data: bytes) -> tuple[Image.Image, bool]:
    """RGB or RGBA with no side as long as twice SIDE. UnshowablePictureError."""
    kind = find_kind(data)
    if kind == "PDF":
        return draw_first_page(data, SIDE)
    picture = decode_upright(data, SIDE, FORMATS[kind], NAMES[kind])
    return picture, kind in {"GIF", "TIFF"} and _has_second(data, FORMATS[kind])


def _has_second(data: bytes, formats: tuple[str, ...]) -> bool:
    """Whether a second picture follows. A damaged one does not count, because only the first is read."""
    try:
        with Image.open(io.BytesIO(data), formats=formats) as picture:
            picture.seek(1)
    except Exception:  # noqa: BLE001  a decoder may raise anything, and the first picture is read already
        return False
    return True
