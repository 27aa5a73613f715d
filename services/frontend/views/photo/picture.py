"""Picture file → what the page shows and sends: a preview, and the cutouts of each digit.

Inference decides whether a PNG, JPEG or WebP file can be read; here it is only prepared. Kinds that inference does not
accept, such as HEIC and PDF, are converted to JPEG, and files that are too large for it are made smaller.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from services.frontend.conversion import Converted, NotConvertedError, convert
from services.frontend.elements.data_uri import encode, write_data_uri
from services.frontend.elements.decoding import UnshowablePictureError, use_picture
from shared.contracts.page import Box
from shared.picture_kinds import CONVERTED, NAMES, Kind, find_kind
from shared.upright import turn_clockwise

MIB = 1024 * 1024
MAX_MIB = 32  # of a file of any kind; also server.maxUploadSize in .streamlit/config.toml
SENDABLE_BYTES = 16 * MIB  # the limit of inference; larger files are made smaller
WORK_SIDE = 2048  # pixels; a longer picture is reduced until its longer side is less than twice as long
PREVIEW_SIDE = 1200  # pixels; the page is half as wide on a phone
STORED_SIDE = 1024  # pixels; a longer cutout is reduced, because storage takes less than 12 MiB
SHOWN_SIDE = 160  # pixels, twice as many as the page shows
MARGIN = 0.25  # share of the longer side of the digit
MIN_MARGIN = 2  # pixels
CANT_READ = "The file is {name}, which Slate can't read. "
UNREADABLE: dict[Kind, str] = {
    "empty": "The file is empty. Choose another one.",
    "SVG": CANT_READ + "Save it as a PNG picture and try again.",
    "video": CANT_READ + "Take a picture of the digits instead.",
    "archive": CANT_READ + "Save the page as a picture or as a PDF document and try again.",
    "?": "The file is not a picture that Slate can read. It reads PNG, JPEG, WebP, HEIC, AVIF, GIF, BMP and TIFF "
    "pictures, and the first page of PDF documents.",
}
JPEG_QUALITY = 92


@dataclass(frozen=True)
class Cutout:
    """One digit with margins, as two PNG files: one to store, and one to show, which is the same if that is small.

    `paper` is the colour around the digit, for CSS; empty if that is transparent.
    """

    stored: bytes
    shown: bytes
    paper: str


def check_file(data: bytes) -> None:
    """UnshowablePictureError if the file is empty, too large, or of a kind that nothing here can read."""
    if len(data) > MAX_MIB * MIB:
        raise UnshowablePictureError(
            f"The file has {len(data) / MIB:.1f} MB; at most {MAX_MIB} MB are allowed. Choose a smaller one."
        )
    kind = find_kind(data)
    if kind in UNREADABLE:
        raise UnshowablePictureError(UNREADABLE[kind].format(name=NAMES.get(kind)))


def make_sendable(data: bytes) -> Converted:
    """Converts the kinds that inference does not accept, and files that are too large. UnshowablePictureError.

    Any other file is returned unchanged.
    """
    if find_kind(data) not in CONVERTED and len(data) <= SENDABLE_BYTES:
        return Converted(data, has_more=False)
    try:
        return convert(data)
    except NotConvertedError as error:
        raise UnshowablePictureError(str(error)) from error


def turn(data: bytes, degrees: int) -> bytes:
    """A file for inference, turned clockwise, upright and perhaps reduced. UnshowablePictureError."""
    return use_picture(data, WORK_SIDE, lambda picture: _encode_turned(picture, degrees)) if degrees else data


def _encode_turned(picture: Image.Image, turn: int) -> bytes:
    turned = turn_clockwise(picture, turn)
    if turned.mode == "RGBA":
        return encode(turned, "WEBP", JPEG_QUALITY)  # JPEG has no transparency
    return encode(turned, "JPEG", JPEG_QUALITY)


def make_views(data: bytes, rotation: int, width: int, boxes: list[Box]) -> tuple[str, list[Cutout]]:
    """The preview as a data URI, and a cutout for each box. UnshowablePictureError.

    The boxes are in pixels of a picture that was turned by `rotation` degrees clockwise and is then `width` wide.
    """

    def make(upright: Image.Image) -> tuple[str, list[Cutout]]:
        picture = turn_clockwise(upright, rotation)
        pairs = zip(boxes, find_neighbours(boxes), strict=True)
        return make_preview(picture), [make_cutout(cut_out(picture, width, box, near)) for box, near in pairs]

    return use_picture(data, WORK_SIDE, make)


def find_neighbours(boxes: Sequence[Box]) -> list[list[Box]]:
    """For each box, the others that are near enough to make its margins smaller."""
    if not boxes:
        return []
    places = np.array([(box.left, box.top, box.left + box.width, box.top + box.height) for box in boxes])
    left, top, right, bottom = places.T
    near = []
    for index, (x0, y0, x1, y1) in enumerate(places):
        reach = 2 * MARGIN * max(x1 - x0, y1 - y0)  # a margin ends halfway to the next digit
        is_near = (left < x1 + reach) & (right > x0 - reach) & (top < y1 + reach) & (bottom > y0 - reach)
        is_near[index] = False
        near.append([boxes[other] for other in np.flatnonzero(is_near).tolist()])
    return near


def make_preview(picture: Image.Image) -> str:
    """A small copy as a data URI, which is sent with the page."""
    file_format = "WEBP" if picture.mode == "RGBA" else "JPEG"
    return write_data_uri(encode(_shrink(picture, PREVIEW_SIDE), file_format), file_format)


def make_cutout(cut: Image.Image) -> Cutout:
    """Both files of a cutout, and its paper."""
    stored = encode(_shrink(cut, STORED_SIDE), "PNG")
    shown = stored if max(cut.size) <= SHOWN_SIDE else encode(_shrink(cut, SHOWN_SIDE), "PNG")
    return Cutout(stored, shown, find_paper(cut))


def find_paper(cut: Image.Image) -> str:
    """The median colour, which is that of the paper, because a digit covers less than half: `#f4f1e8`.

    Empty for a transparent picture.
    """
    if cut.mode != "RGB":
        return ""
    pixels = np.asarray(_shrink(cut, SHOWN_SIDE)).reshape(-1, 3)
    return "#" + bytes(np.median(pixels, axis=0).astype(np.uint8)).hex()


def cut_out(picture: Image.Image, width: int, box: Box, others: Sequence[Box]) -> Image.Image:
    """One digit with margins (`find_margins`). The boxes are in pixels of a picture that is `width` wide."""
    scale = picture.width / width
    left, top, right, bottom = find_margins(box, others)
    corners = (box.left - left, box.top - top, box.left + box.width + right, box.top + box.height + bottom)
    x0, y0, x1, y1 = (round(corner * scale) for corner in corners)
    return picture.crop((max(0, x0), max(0, y0), min(picture.width, x1), min(picture.height, y1)))


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


def _shrink(picture: Image.Image, side: int) -> Image.Image:
    """A copy without a side longer than `side`."""
    small = picture.copy()
    small.thumbnail((side, side))
    return small
