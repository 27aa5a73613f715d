"""Pictures turned upright as EXIF says: for inference, which reads them, and the page, which shows them.

EXIF is only read. Pillow's own `exif_transpose` writes it anew, which fails where another field of it is odd.
"""

import struct

from PIL import ExifTags, Image

TURNS = {  # by orientation; from the fifth on a quarter turn from upright
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
    """As it came where it is upright, or EXIF says nothing or is broken."""
    orientation = read_orientation(picture)
    return picture if orientation == 1 else picture.transpose(TURNS[orientation])


def read_orientation(picture: Image.Image) -> int:
    """1 to 8; 1, upright, where EXIF says nothing or is broken."""
    try:
        said = picture.getexif().get(ExifTags.Base.Orientation)
    except BROKEN_EXIF:
        return 1
    return said if isinstance(said, int) and said in TURNS else 1
