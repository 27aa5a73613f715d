"""The hint on the empty canvas: a pen that draws a 7, or a 7 at rest for people who want no motion.

It lies over the canvas without taking its events. It goes as soon as a finger or the mouse is down, before any answer.
The pen draws twice and rests, and it draws only for a visitor who has not drawn yet, because a moving pen keeps the
browser busy.
"""

from pathlib import Path

import streamlit as st

from services.frontend.elements.data_uri import write_data_uri

HERE = Path(__file__).parent
MOVING, STILL = (write_data_uri((HERE / f"{name}.svg").read_bytes(), "SVG+XML") for name in ("hint", "hint_still"))
MOVING_HINT = f'<img class="moving" alt="" src="{MOVING}"><img class="still" alt="" src="{STILL}">'
STILL_HINT = f'<img alt="" src="{STILL}">'


def show_hint(*, is_empty: bool, has_drawn: bool) -> None:
    """The element is always there, because one that comes and goes would move the canvas."""
    hint = "" if not is_empty else STILL_HINT if has_drawn else MOVING_HINT
    st.html(f'<div class="draw-hint" data-testid="hint" aria-hidden="true">{hint}</div>')
