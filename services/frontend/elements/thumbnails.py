"""Stored drawings made small, as data URIs for HTML and tables."""

import base64
import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import streamlit as st
from PIL import Image

from services.frontend.connections import connect
from shared.clients.service import RefusedError, ServiceUnavailableError

SIDE = 64  # pixels
AT_ONCE = 8
UNSHOWABLE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)  # what Pillow raises for broken files
EMPTY_PICTURE = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


def find_thumbnail(prediction_id: UUID) -> str:
    """The thumbnail, or an empty picture where the drawing was replaced meanwhile or can't be shown."""
    try:
        return get_thumbnail(prediction_id)
    except (ServiceUnavailableError, RefusedError, *UNSHOWABLE):
        return EMPTY_PICTURE


def find_thumbnails(prediction_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Many, several at once where storage has to be asked."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return dict(zip(prediction_ids, threads.map(find_thumbnail, prediction_ids), strict=True))


@st.cache_data(max_entries=5000, show_spinner=False)
def get_thumbnail(prediction_id: UUID) -> str:
    """The drawing, made small, as a data URI. A drawing never changes, so it is fetched once."""
    picture = Image.open(io.BytesIO(connect().storage.get_drawing(prediction_id)))
    picture.draft("RGB", (SIDE, SIDE))
    picture.thumbnail((SIDE, SIDE))
    small = io.BytesIO()
    picture.convert("RGBA").save(small, "PNG")
    return f"data:image/png;base64,{base64.b64encode(small.getvalue()).decode()}"
