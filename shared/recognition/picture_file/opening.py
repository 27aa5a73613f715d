"""A picture file of any accepted format → its pixels, by the first bytes of the file."""

from shared.picture_kinds import NAMES, Kind, find_kind
from shared.recognition.errors import UnreadableImageError
from shared.recognition.picture_file import jpeg, png, webp
from shared.recognition.picture_file.limits import MAX_PARTS
from shared.recognition.picture_file.pixel_file import PixelFile

NOT_A_PICTURE = "The file is not a PNG, JPEG or WebP picture."


def open_picture(data: bytes, max_parts: int = MAX_PARTS) -> PixelFile:
    """Looks at headers only. UnreadableImageError if it is no picture, DrawingTooLargeError if it costs too much."""
    match find_kind(data):
        case "PNG":
            return png.read_png(data, max_parts)
        case "JPEG":
            return jpeg.read_jpeg(data, max_parts)
        case "WEBP":
            return webp.read_webp(data, max_parts)
        case kind:
            raise UnreadableImageError(_say_unreadable(kind))


def _say_unreadable(kind: Kind) -> str:
    name = NAMES.get(kind)
    return f"The file is {name}. Send a PNG, JPEG or WebP picture." if name else NOT_A_PICTURE
