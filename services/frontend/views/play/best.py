"""The best time of this browser, which the browser keeps itself. Another browser has another one."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

BEST_KEY = "play-best"
LONGEST_S = 3600.0
SCRIPT = Path(__file__).parent / "best.js"


@st.cache_resource
def _register_component() -> ComponentRenderer:
    return st.components.v2.component("slate_play_best", js=SCRIPT.read_text(), isolate_styles=False)


def find_best(best_s: float | None) -> float | None:
    """The better of `best_s` and what the browser has said. It says so after the first run of the page."""
    kept = (st.session_state.get(BEST_KEY) or {}).get("kept")
    known = [each for each in (best_s, kept) if isinstance(each, int | float) and 0 < each < LONGEST_S]
    return min(known, default=None)


def keep_best(best_s: float | None, finished_s: float | None) -> None:
    """Lets the browser keep the best time. `finished_s` is that of a race that is over. It shows nothing."""
    data = {"best": best_s, "finished": finished_s}
    _register_component()(key=BEST_KEY, data=data, on_kept_change=lambda: None)
