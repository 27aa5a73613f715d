"""Turns a picture upright as its EXIF orientation says. Inference reads the result and the page shows it.

Pillow's own `exif_transpose` is not used: it also rewrites the EXIF data, which fails if another field is invalid.
"""

import struct

from PIL import ExifTags, Image

TURNS = {  # by EXIF orientation; 5 to 8 swap width and height
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
BROKEN_EXIF = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)


def turn_upright(picture: Image.Image) -> Image.Image:
    """Apply the EXIF orientation. Return the picture unchanged if EXIF is missing or broken."""
    orientation = read_orientation(picture)
    return picture if orientation == 1 else picture.transpose(TURNS[orientation])


def read_orientation(picture: Image.Image) -> int:
    """Read the EXIF orientation, 1 to 8. Return 1 (upright) if EXIF is missing or broken."""
    try:
        orientation = picture.getexif().get(ExifTags.Base.Orientation)
    except BROKEN_EXIF:
        return 1
    return orientation if isinstance(orientation, int) and orientation in TURNS else 1
