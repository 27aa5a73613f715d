"""Prepares mutated pictures as the page does: each is shown, or refused with an UnshowablePictureError.

`python -m tests.fuzzing.page --seconds 600` runs it for longer, like `tests.fuzzing.recognition`.
"""

from services.frontend.elements.decoding import UnshowablePictureError
from services.frontend.elements.thumbnails import make_thumbnail
from services.frontend.views.photo.picture import make_views, to_sendable
from shared.contracts.page import Box
from tests.fuzzing.recognition import run
from tests.fuzzing.seeds import make_heic

BOX = Box(left=0, top=0, width=9, height=9)


def prepare(data: bytes) -> bool:
    """Whether the picture was shown. Any error but UnshowablePictureError is a fault."""
    make_thumbnail(data)
    try:
        make_views(to_sendable(data), 90, BOX.width, [BOX])
    except UnshowablePictureError:
        return False
    return True


if __name__ == "__main__":
    run(prepare, [make_heic()])
