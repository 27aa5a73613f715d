"""Stored drawings as small pictures: data URIs for HTML.

Drawings are fetched from storage in parallel, and thumbnails are kept. A page asks only for drawings that storage has
listed for the person in front of it. A broken or huge file becomes an empty picture, so that no file breaks a page.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import streamlit as st
from PIL import Image

from services.frontend.elements.data_uri import encode, write_data_uri
from services.frontend.elements.decoding import UnshowablePictureError, use_picture
from services.frontend.storage_client import StorageClient
from shared.clients.service import RefusedError, ServiceUnavailableError

SIDE = 64  # pixels
PICTURE_SIDE = 280  # pixels, the side of the canvas
AT_ONCE = 8  # requests to storage
EMPTY_PICTURE = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


def find_thumbnail(prediction_id: UUID, storage: StorageClient) -> str:
    """The thumbnail, or an empty picture if the drawing was deleted or cannot be fetched."""
    try:
        return get_thumbnail(prediction_id, storage)
    except (ServiceUnavailableError, RefusedError):
        return EMPTY_PICTURE


def find_thumbnails(prediction_ids: Sequence[UUID], storage: StorageClient) -> dict[UUID, str]:
    """The thumbnails of many drawings, fetched in parallel."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        found = threads.map(lambda prediction_id: find_thumbnail(prediction_id, storage), prediction_ids)
        return dict(zip(prediction_ids, found, strict=True))


@st.cache_data(max_entries=5000, show_spinner=False)
def get_thumbnail(prediction_id: UUID, _storage: StorageClient) -> str:
    """The thumbnail. It is kept, because a drawing never changes. ServiceUnavailableError, RefusedError."""
    return make_thumbnail(_storage.get_drawing(prediction_id))


@st.cache_data(max_entries=500, show_spinner=False)
def get_picture(prediction_id: UUID, _storage: StorageClient) -> str:
    """The drawing large enough to look at. ServiceUnavailableError, RefusedError."""
    return make_thumbnail(_storage.get_drawing(prediction_id), PICTURE_SIDE)


def forget_thumbnail(prediction_id: UUID) -> None:
    """Call this when the drawing was deleted."""
    get_thumbnail.clear(prediction_id)
    get_picture.clear(prediction_id)


def forget_thumbnails() -> None:
    """Call this when many drawings were deleted."""
    get_thumbnail.clear()
    get_picture.clear()


def make_thumbnail(drawing: bytes, side: int = SIDE) -> str:
    """Picture file → thumbnail as a data URI; an empty picture if the file is broken or too large to decode."""

    def write(picture: Image.Image) -> str:
        picture.thumbnail((side, side))
        return write_data_uri(encode(picture, "WebP"), "WebP")

    try:
        return use_picture(drawing, side, write)
    except UnshowablePictureError:
        return EMPTY_PICTURE
