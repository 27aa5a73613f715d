"""The hint on the empty canvas: a pen that draws a 7, or a 7 at rest for people who want no motion.

It lies over the canvas without taking its events. It goes as soon as a finger or the mouse is down, before any answer.
The pen draws twice and rests: an endless animation takes a fifth of a processor core for as long as the page is open.
"""

from pathlib import Path

import streamlit as st

from services.frontend.elements.data_uri import write_data_uri

HERE = Path(__file__).parent
MOVING, STILL = (write_data_uri((HERE / f"{name}.svg").read_bytes(), "SVG+XML") for name in ("hint", "hint_still"))
HINT = f'<img class="moving" alt="" src="{MOVING}"><img class="still" alt="" src="{STILL}">'


def show_hint(*, is_empty: bool) -> None:
    """The element is always there, because one that comes and goes would move the canvas."""
    st.html(f'<div class="draw-hint" data-testid="hint" aria-hidden="true">{HINT if is_empty else ""}</div>')
