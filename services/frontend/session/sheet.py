"""What the canvas in the visitor's browser holds: its size and pens, and the strokes that it sent last."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

CANVAS_KEY = "canvas"
SIDE = 280  # pixels
SLATE, CHALK = "#20302C", "#FFFFFF"  # background, ink
PEN_WIDTHS = (4, 40)  # narrowest and widest, pixels
PEN_WIDTH = 20

FabricJson = dict[str, Any]  # JSON of Fabric.js, the drawing library of the component
Strokes = list[FabricJson]


@dataclass(frozen=True)
class Sheet:
    """The canvas as a PNG, and the strokes on it."""

    picture: bytes
    strokes: Strokes


def is_canvas_on_page() -> bool:
    """Whether the last run showed the canvas. Streamlit forgets it on other pages."""
    return CANVAS_KEY in st.session_state


def get_latest_strokes() -> Strokes | None:
    """The strokes that the browser sent last. In a callback they are newer than those of the last run."""
    sent = st.session_state.get(CANVAS_KEY) or {}
    drawing = sent.get("drawing") or {}
    return list(drawing["raw"].get("objects", [])) if drawing.get("data") else None
