"""The drawing surface: streamlit-drawable-canvas as published, without its own toolbar, and without its wait.

The toolbar can't be seen until the mouse is over it, but takes strokes and taps all the same: on a phone a tap there
wipes the drawing. Page CSS does not reach into the component, so it is registered once more with the same package
files and a style of our own. Undo and Clear are the page's.

Left alone the component waits 200 ms after a stroke before it sends the drawing, in case another follows. Its toolbar
has a button that sends at once, so the end of a stroke presses that (docs/decisions/0015-canvas-sends-at-once.md).
"""

from dataclasses import dataclass
from typing import Any

import streamlit as st

KEY = "canvas"
SIDE = 280  # pixels
SLATE = "#20302C"
CHALK = "#FFFFFF"

STYLE = "<style>.dc-toolbar{display:none!important}.dc-canvas{border-radius:12px;outline:none!important}</style>"
SEND_NOW = "setTimeout(() => this.querySelector('.dc-toolbar button')?.click())"  # once the stroke is on the canvas
ROOT = f'<div class="canvas-root" onmouseup="{SEND_NOW}" ontouchend="{SEND_NOW}"></div>'

JsonDrawing = dict[str, Any]  # Fabric.js objects, as the component gives and takes them


@dataclass(frozen=True)
class Sheet:
    """What the browser has sent: the canvas as PNG, and the strokes it is made of."""

    picture: bytes
    strokes: list[JsonDrawing]


@st.cache_resource
def _register_our_way() -> Any:
    import streamlit_drawable_canvas  # registers itself when it is imported, which a running Streamlit alone allows

    streamlit_drawable_canvas.out = st.components.v2.component(
        "streamlit-drawable-canvas.streamlit_drawable_canvas",
        js="index-*.js",
        css="index-*.css",
        html=STYLE + ROOT,
        isolate_styles=True,
    )
    return streamlit_drawable_canvas


def is_on_page() -> bool:
    """Whether the canvas was there the last time the page ran; other pages throw it away."""
    return KEY in st.session_state


def get_latest_strokes() -> list[JsonDrawing] | None:
    """What the browser has sent last, which in a callback is newer than what the page was last run with."""
    sent = st.session_state.get(KEY) or {}
    drawing = sent.get("drawing") or {}
    return list(drawing["raw"].get("objects", [])) if drawing.get("data") else None


def show_canvas(pen_width: int, initial: JsonDrawing | None) -> Sheet | None:
    """Draws the canvas, anew from `initial` where that has changed. None until the browser has sent something."""
    result = _register_our_way().st_canvas(
        stroke_width=pen_width,
        stroke_color=CHALK,
        background_color=SLATE,
        width=SIDE,
        height=SIDE,
        initial_drawing=initial,
        return_image_data=True,
        key=KEY,
    )
    if result.image_bytes is None:
        return None
    return Sheet(result.image_bytes, list(result.json_data["objects"]))
