"""Finds the media type of a drawing from the first bytes of the file, because a sender may claim anything.

Pillow is not asked: it calls an animated PNG `image/apng` and a phone's JPEG `image/mpo`, which few programs take.
"""

from typing import Literal

from shared.picture_kinds import Kind, find_kind
from shared.web.problems import ProblemError

MediaType = Literal["image/png", "image/jpeg", "image/webp"]
MEDIA_TYPES: dict[Kind, MediaType] = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


def detect_media_type(drawing: bytes) -> MediaType:
    """Return the media type of a PNG, JPEG or WebP file. ProblemError `unreadable_image` for any other file."""
    media_type = MEDIA_TYPES.get(find_kind(drawing))
    if media_type is None:
        raise ProblemError("unreadable_image", "The drawing is not a PNG, JPEG or WebP file. Send one of these.")
    return media_type
