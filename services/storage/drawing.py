"""bytes as they came → their media type, told by the first bytes of the file and not by what the sender claims."""

from typing import Literal

from shared.web.problems import ProblemError

MediaType = Literal["image/png", "image/jpeg", "image/webp"]


def media_type_of(drawing: bytes) -> MediaType:
    """The media type of a PNG, JPEG or WebP file. ProblemError `unreadable_image` for anything else."""
    if drawing.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if drawing.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if drawing.startswith(b"RIFF") and drawing[8:12] == b"WEBP":
        return "image/webp"
    raise ProblemError("unreadable_image", "The drawing is not a PNG, JPEG or WebP file; send one of these.")
