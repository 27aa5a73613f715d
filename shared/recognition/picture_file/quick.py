"""Whether a picture file decodes within a few milliseconds, judged by its header.

A service can answer such files beside each other, and leave all others to a slower lane.
"""

from shared.recognition.errors import DrawingError
from shared.recognition.picture_file.opening import open_picture

QUICK_BYTES = 64 * 1024
QUICK_PIXELS = 400 * 400  # a canvas has 280 × 280
QUICK_SIDE = 1024  # pixels; much paper is added around a long picture
QUICK_PARTS = 100


def is_quick(data: bytes) -> bool:
    """True for a small picture that is neither progressive nor lossless WebP. Never raises; looks at headers only."""
    if len(data) > QUICK_BYTES:
        return False
    try:
        picture = open_picture(data, QUICK_PARTS)
    except DrawingError:
        return False
    return (
        picture.plain
        and picture.width * picture.height <= QUICK_PIXELS
        and max(picture.width, picture.height) <= QUICK_SIDE
    )
