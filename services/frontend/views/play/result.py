"""The result of a game: the large line, and the card with a button that saves it."""

from html import escape
from io import BytesIO

import streamlit as st
from PIL import Image

from services.frontend.elements.data_uri import encode, write_data_uri

PREVIEW_PX = 640


def result_html(result: str, *notes: str) -> str:
    """The result, large, with a line for each note."""
    lines = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return f'<div class="play-result" role="status" data-testid="result"><b>{escape(result)}</b>{lines}</div>'


def show_card(card: bytes, file_name: str, description: str) -> None:
    """A button that saves the card, and below it the card in small."""
    st.download_button(
        "Save the card",
        card,
        file_name,
        "image/png",
        on_click="ignore",
        icon=":material/download:",
        width="stretch",
        key="play-card",
    )
    st.html(f'<img class="play-card" data-testid="card" alt="{escape(description)}" src="{write_preview(card)}">')


def write_preview(card: bytes) -> str:
    """PNG file → data URI of a smaller WebP."""
    with Image.open(BytesIO(card)) as picture:
        picture.thumbnail((PREVIEW_PX, PREVIEW_PX))
        return write_data_uri(encode(picture, "WebP", 85), "WebP")
