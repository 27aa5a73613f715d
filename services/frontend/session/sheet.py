"""What the canvas in the visitor's browser holds: its size and pens, and what it sent last."""

import base64
import io
from dataclasses import dataclass
from typing import Any

import streamlit as st
from PIL import Image

CANVAS_KEY = "canvas"
SIDE = 280  # pixels
SLATE, CHALK = "#20302C", "#FFFFFF"  # background, ink
PEN_WIDTHS = (4, 40)  # narrowest and widest, pixels
PEN_WIDTH = 20
FAINTEST_CHALK = 100  # grey of 255; the slate has 43, and edges of erased lines are between
ERASER_MARGIN = 6  # pixels on each side of the pen's line, so that one wipe leaves no edges

FabricJson = dict[str, Any]  # JSON of Fabric.js, the drawing library of the component
Strokes = list[FabricJson]


@dataclass(frozen=True)
class Sheet:
    """The canvas as a PNG, and the strokes on it. A stroke of the eraser has the colour of the slate."""

    picture: bytes
    strokes: Strokes

    @property
    def is_blank(self) -> bool:
        """Whether nothing is drawn, or everything was erased."""
        if not any(map(is_erasure, self.strokes)):
            return not self.strokes
        with Image.open(io.BytesIO(self.picture)) as picture:
            return not any(picture.convert("L").histogram()[FAINTEST_CHALK:])


def is_same(one: Strokes | None, other: Strokes | None) -> bool:
    """Whether both are there and show the same. The canvas adds defaults to what it is given."""
    shows = ("path", "src", "stroke", "strokeWidth")
    if one is None or other is None or len(one) != len(other):
        return False
    return all(left.get(name) == right.get(name) for left, right in zip(one, other, strict=True) for name in shows)


def is_erasure(stroke: FabricJson) -> bool:
    """Whether the eraser made this stroke."""
    return str(stroke.get("stroke", "")).upper() == SLATE


def is_canvas_on_page() -> bool:
    """Whether the last run showed the canvas. Streamlit forgets it on other pages."""
    return CANVAS_KEY in st.session_state


def get_latest_sheet(key: str = CANVAS_KEY) -> Sheet | None:
    """What the browser sent last. In a callback it is newer than in the last run. None if it has sent nothing yet."""
    sent = st.session_state.get(key) or {}
    drawing = sent.get("drawing") or {}
    if not drawing.get("data"):
        return None
    _, encoded = drawing["data"].split(";base64,", 1)
    return Sheet(base64.b64decode(encoded), list(drawing["raw"].get("objects", [])))
