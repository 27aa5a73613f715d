"""The canvas: streamlit-drawable-canvas as published, without its toolbar and without its delay.

The component's hidden toolbar takes strokes and taps; on a phone, a tap there wipes the drawing. The page's CSS does
not reach into the component, so it is registered a second time, with the same package files and our own style. After a
stroke the component waits 200 ms before it sends the drawing. Its toolbar has a button that sends at once, and the end
of a stroke presses it (docs/decisions/0015-canvas-sends-at-once.md).
"""

from typing import Any

import streamlit as st

from services.frontend.session.sheet import (
    CANVAS_KEY,
    CHALK,
    ERASER_MARGIN,
    SIDE,
    SLATE,
    FabricJson,
    Sheet,
    get_latest_sheet,
)

STYLE = "<style>.dc-toolbar{display:none!important}.dc-canvas{border-radius:12px;outline:none!important}</style>"
SEND_NOW = "setTimeout(() => this.querySelector('.dc-toolbar button')?.click())"  # once the stroke is on the canvas
ROOT = f'<div class="canvas-root" onmouseup="{SEND_NOW}" ontouchend="{SEND_NOW}"></div>'


@st.cache_resource
def _register_component() -> Any:
    import streamlit_drawable_canvas  # registers itself on import, which works only inside a running Streamlit

    streamlit_drawable_canvas.out = st.components.v2.component(
        "streamlit-drawable-canvas.streamlit_drawable_canvas",
        js="index-*.js",
        css="index-*.css",
        html=STYLE + ROOT,
        isolate_styles=True,
    )
    return streamlit_drawable_canvas


def show_canvas(
    pen_width: int, initial: FabricJson | None, *, erasing: bool = False, key: str = CANVAS_KEY
) -> Sheet | None:
    """Shows the canvas, and starts again from `initial` when that changes. None until the browser sends something.

    The eraser is a wider pen in the colour of the slate, so it takes away parts of strokes, and Undo takes it back.
    """
    _register_component().st_canvas(
        stroke_width=pen_width + 2 * ERASER_MARGIN if erasing else pen_width,
        stroke_color=SLATE if erasing else CHALK,
        background_color=SLATE,
        width=SIDE,
        height=SIDE,
        initial_drawing=initial,
        return_image_data=True,
        key=key,
    )
    return get_latest_sheet(key)
