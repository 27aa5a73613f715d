"""Prepares mutated pictures as the page does: each is shown, or refused with an UnshowablePictureError."""

from services.frontend.conversion.__main__ import convert_here
from services.frontend.elements.decoding import UnshowablePictureError
from services.frontend.elements.thumbnails import make_thumbnail
from services.frontend.views.photo.picture import check_file, make_views
from shared.contracts.page import Box
from shared.picture_kinds import CONVERTED, find_kind

BOX = Box(left=0, top=0, width=9, height=9)


def prepare(data: bytes) -> bool:
    """Whether the picture was shown. Any error but UnshowablePictureError is a fault."""
    make_thumbnail(data)
    try:
        check_file(data)
        sendable = convert_here(data)[1:] if find_kind(data) in CONVERTED else data  # the page does it in a process
        make_views(sendable, 90, BOX.width, [BOX])
    except UnshowablePictureError:
        return False
    return True
