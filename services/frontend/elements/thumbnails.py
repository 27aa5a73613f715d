"""Stored drawings as small pictures: data URIs for HTML.

Drawings are fetched from storage in parallel, and thumbnails are kept. A broken or huge file becomes an empty picture,
so that no file breaks a page.
"""

import base64
import io
import struct
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import streamlit as st
from PIL import Image

from services.frontend.connections import connect
from shared.clients.service import RefusedError, ServiceUnavailableError

SIDE = 64  # pixels
AT_ONCE = 8  # requests to storage
DECODING = threading.Semaphore(2)  # in the whole process: decoding MAX_PIXELS takes about 100 MB
MAX_PIXELS = 16_000_000  # after the JPEG decoder has reduced the picture
UNSHOWABLE = (  # what Pillow raises for broken files
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    struct.error,
    TypeError,
    KeyError,
    IndexError,
    ZeroDivisionError,
    OverflowError,
    AttributeError,
    Image.DecompressionBombError,
)
EMPTY_PICTURE = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


def find_thumbnail(prediction_id: UUID) -> str:
    """The thumbnail, or an empty picture if the drawing was deleted or cannot be fetched."""
    try:
        return get_thumbnail(prediction_id)
    except (ServiceUnavailableError, RefusedError):
        return EMPTY_PICTURE


def find_thumbnails(prediction_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The thumbnails of many drawings, fetched in parallel."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return dict(zip(prediction_ids, threads.map(find_thumbnail, prediction_ids), strict=True))


@st.cache_data(max_entries=5000, show_spinner=False)
def get_thumbnail(prediction_id: UUID) -> str:
    """The thumbnail. It is kept, because a drawing never changes. ServiceUnavailableError, RefusedError."""
    return make_thumbnail(connect().storage.get_drawing(prediction_id))


def make_thumbnail(drawing: bytes) -> str:
    """Picture file → thumbnail as a data URI; an empty picture if the file is broken or too large to decode."""
    small = io.BytesIO()
    try:
        with DECODING, Image.open(io.BytesIO(drawing)) as picture:
            picture.draft("RGB", (SIDE, SIDE))
            if picture.width * picture.height > MAX_PIXELS:
                return EMPTY_PICTURE
            picture.thumbnail((SIDE, SIDE))
            picture.convert("RGBA").save(small, "PNG")
    except UNSHOWABLE:
        return EMPTY_PICTURE
    return f"data:image/png;base64,{base64.b64encode(small.getvalue()).decode()}"
