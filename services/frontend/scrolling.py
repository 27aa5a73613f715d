"""Where a page begins: at its top, or where the visitor left it if the browser's "back" leads to it.

Streamlit keeps the scrolled place when a long list shows its next page, and forgets it when the visitor comes back.
"""

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

KEY = "scrolling"
PLACES = ("older_than", "newer_than")  # parts of the address that name one page of a long list
SCRIPT = Path(__file__).parent / "scrolling.js"


@st.cache_resource
def _register_component() -> ComponentRenderer:
    return st.components.v2.component("slate_scrolling", html="<i></i>", js=SCRIPT.read_text(), isolate_styles=False)


def scroll_to_beginning(path: str) -> None:
    """Call this after the page, so that its content is there. Nothing moves while the place stays the same."""
    place = [path, *(st.query_params.get(name, "") for name in PLACES)]
    _register_component()(key=KEY, data={"place": "/".join(place)})
