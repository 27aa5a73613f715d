"""Where a page begins: at its top, or where the visitor left it if the browser's "back" leads to it.

Streamlit keeps the scrolled place when a long list shows its next page, and forgets it when the visitor comes back.
"""

import time
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

KEY = "scrolling"
SCRIPT = Path(__file__).parent / "scrolling.js"


@st.cache_resource
def _register_component() -> ComponentRenderer:
    return st.components.v2.component("slate_scrolling", html="<i></i>", js=SCRIPT.read_text(), isolate_styles=False)


def scroll_to_beginning() -> None:
    """Call this after the page, so that its content is there. Nothing moves while the visitor stays on the page."""
    _register_component()(key=KEY, data={"run": time.monotonic()})  # the script runs only if its data change
