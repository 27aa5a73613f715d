"""The drawing surface: streamlit-drawable-canvas as published, without its own toolbar.

The toolbar can't be seen until the mouse is over it, but takes strokes and taps all the same: on a phone a tap there
wipes the drawing. Page CSS does not reach into the component, so it is registered once more with the same package
files and a style of our own. Undo and Clear are the page's.
"""

from typing import Any

import streamlit as st
import streamlit_drawable_canvas

KEY = "canvas"
SIDE = 280  # pixels
SLATE = "#20302C"
CHALK = "#FFFFFF"

JsonDrawing = dict[str, Any]  # Fabric.js objects, as the component gives and takes them


@st.cache_resource
def _register_without_toolbar() -> None:
    streamlit_drawable_canvas.out = st.components.v2.component(
        "streamlit-drawable-canvas.streamlit_drawable_canvas",
        js="index-*.js",
        css="index-*.css",
        html="<style>.dc-toolbar{display:none!important}.dc-canvas{border-radius:12px;outline:none!important}</style>"
        '<div class="canvas-root"></div>',
        isolate_styles=True,
    )


def get_latest_strokes() -> list[JsonDrawing]:
    """What the browser has sent last, which in a callback is newer than what the page was last run with."""
    sent = st.session_state.get(KEY) or {}
    drawing = sent.get("drawing") or {}
    return list((drawing.get("raw") or {}).get("objects", []))


def show_canvas(pen_width: int, initial: JsonDrawing | None) -> bytes | None:
    """Draws the canvas, anew from `initial` where that has changed → its picture as PNG; None while it is empty."""
    _register_without_toolbar()
    result = streamlit_drawable_canvas.st_canvas(
        stroke_width=pen_width,
        stroke_color=CHALK,
        background_color=SLATE,
        width=SIDE,
        height=SIDE,
        initial_drawing=initial,
        return_image_data=True,
        key=KEY,
    )
    drawn: bytes | None = result.image_bytes
    return drawn if (result.json_data or {}).get("objects") else None
