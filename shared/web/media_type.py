"""Finds the media type of a drawing from the first bytes of the file, because a sender may claim anything.

Pillow is not asked: it calls an animated PNG `image/apng` and a phone's JPEG `image/mpo`, which few programs take.
"""

from typing import Literal

from shared.web.problems import ProblemError

MediaType = Literal["image/png", "image/jpeg", "image/webp"]


def detect_media_type(drawing: bytes) -> MediaType:
    """Return the media type of a PNG, JPEG or WebP file. ProblemError `unreadable_image` for any other file."""
    if drawing.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if drawing.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if drawing.startswith(b"RIFF") and drawing[8:12] == b"WEBP":
        return "image/webp"
    raise ProblemError("unreadable_image", "The drawing is not a PNG, JPEG or WebP file. Send one of these.")
