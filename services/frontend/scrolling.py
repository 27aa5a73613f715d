"""Where a page begins: at its top, or where the visitor left it if the browser's "back" leads to it.

Streamlit keeps the scrolled place when a long list shows its next page, and forgets it when the visitor comes back.
"""

import time
from collections.abc import Iterable

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

KEY = "scrolling"
SCRIPT = "export default ({ data }) => window.slateVisit.arrive(data);"  # of scrolling.js, in the head of the page


@st.cache_resource
def _register_component() -> ComponentRenderer:
    return st.components.v2.component("slate_scrolling", html="<i></i>", js=SCRIPT, isolate_styles=False)


def scroll_to_beginning(page: st.Page, pages: Iterable[st.Page]) -> None:
    """Call this after the page, so that its content is there. Nothing moves while the visitor stays on the page.

    The browser compares the page of this run, one of `pages`, with its address, which may have changed meanwhile.
    """
    _register_component()(
        key=KEY,
        data={
            "run": time.monotonic(),  # the script runs only if its data change
            "page": page.url_path,
            "pages": [each.url_path for each in pages],
        },
    )
