"""Values that a tab of the browser keeps through a reload, which begins a new session of the page.

They are in the tab's `sessionStorage`: each tab has its own, no server has to remember them, and they are gone when the
tab is closed (docs/decisions/0036-kept-in-the-tab.md).
"""

from collections.abc import Callable
from pathlib import Path

import streamlit as st
from pydantic import JsonValue
from streamlit.components.v2.types import ComponentRenderer

from services.frontend.session.visit import get_visit_name, take_wish_to_forget

SCRIPT = Path(__file__).parent / "tab.js"


@st.cache_resource
def _register_component() -> ComponentRenderer:
    return st.components.v2.component("slate_tab", html="<i></i>", js=SCRIPT.read_text(), isolate_styles=False)


def keep_in_tab(name: str, value: JsonValue, take_back: Callable[[JsonValue], None]) -> None:
    """Keeps the value. In a new session of the tab, `take_back` is called with the value of the session before.

    `take_back` runs before the script, as callbacks do. Check what it gets: it comes from the browser.
    """
    key = f"tab-{name}"
    _register_component()(
        key=key,
        data={"name": name, "visit": get_visit_name(), "value": value, "forget": take_wish_to_forget()},
        on_kept_change=lambda: take_back(st.session_state[key]["kept"]),
    )
