"""Turns a picture upright, as EXIF says or by quarter turns. Inference reads the result, and the page shows it.

Only this field of the EXIF data is read. Pillow reads every field, which takes long and much memory for hostile files,
and it also takes an orientation from other metadata, which browsers ignore.
"""

import struct

from PIL import Image

TURNS = {  # by EXIF orientation; 5 to 8 swap width and height
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
CLOCKWISE = {  # by degrees; Pillow counts counterclockwise
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
BYTE_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}  # TIFF 6.0, §2; EXIF is a TIFF file
ORIENTATION_FIELD, SHORT = 0x0112, 3
MAX_FIELDS = 1000  # cameras write about twenty


def turn_upright(picture: Image.Image) -> Image.Image:
    """Apply the EXIF orientation. Return the picture unchanged if EXIF is missing or broken."""
    picture.load()  # EXIF data may stand behind the pixels
    exif = picture.info.get("exif", b"")
    orientation = parse_orientation(exif) if isinstance(exif, bytes) else 1
    return picture if orientation == 1 else picture.transpose(TURNS[orientation])


def turn_clockwise(picture: Image.Image, degrees: int) -> Image.Image:
    """Turn by 0, 90, 180 or 270 degrees. KeyError for any other angle."""
    return picture.transpose(CLOCKWISE[degrees]) if degrees else picture


def parse_orientation(exif: bytes) -> int:
    """EXIF data → orientation, 1 to 8; 1 (upright) if there is none or the data is broken."""
    tiff = exif.removeprefix(b"Exif\0\0")
    order = BYTE_ORDERS.get(tiff[:4], "")
    if not order:
        return 1
    try:
        return _find_orientation(tiff, order)
    except struct.error:  # cut off
        return 1


def _find_orientation(tiff: bytes, order: str) -> int:
    (start,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, start)
    for position in range(start + 2, start + 2 + 12 * min(count, MAX_FIELDS), 12):
        field, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, position)
        if field == ORIENTATION_FIELD:
            return value if kind == SHORT and value in TURNS else 1
    return 1
