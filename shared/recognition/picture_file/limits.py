"""The checks that every format needs, and the errors that say what is wrong. `shared.picture_limits` has the sizes.

The limits follow from what the decoders cost: `python -m benchmarks.worst_pictures` measures that the worst picture
takes at most a second and 150 MiB.
"""

from shared.picture_limits import MAX_SIDE
from shared.recognition.errors import DrawingTooLargeError, UnreadableImageError

MAX_EXIF = 65_536  # bytes; a JPEG has room for no more
MAX_PARTS = 5_000  # PNG chunks, JPEG segments or WebP chunks; 16 MiB of pixels in chunks of 4 KiB are 4,096


def check_size(width: int, height: int, max_pixels: int) -> None:
    """DrawingTooLargeError if there are more than `max_pixels`, or too many on one side."""
    if width < 1 or height < 1:
        raise make_broken("it has no pixels")
    if width * height > max_pixels or max(width, height) > MAX_SIDE:
        raise DrawingTooLargeError(
            f"The picture has {width} × {height} pixels. The limit for a file of this kind is {max_pixels:,} pixels, "
            f"and {MAX_SIDE:,} pixels for each side. Send a smaller picture."
        )


def check_parts(count: int, max_parts: int) -> None:
    """DrawingTooLargeError if the file consists of more than `max_parts` parts."""
    if count > max_parts:
        raise DrawingTooLargeError(
            f"The file consists of more than {max_parts:,} parts. Save the picture again with another program."
        )


def make_broken(reason: str) -> UnreadableImageError:
    """The error for a file that can't be decoded. `reason` is a clause without its full stop."""
    return UnreadableImageError(f"The picture is broken and can't be decoded: {reason}.")
