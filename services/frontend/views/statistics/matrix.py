"""The confusion matrix as a grid of square buttons: a component of our own, because a chart keeps no cell square.

Counts go in, and the cell that was clicked comes out. The script builds all cells again whenever the counts change, so
none keeps an earlier count.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from services.frontend.elements.sentences import count_things

KEY = "confusion-matrix"
DEEPEST = 0.62  # of the colour; the count stays readable
SCRIPT = Path(__file__).parent / "matrix.js"
MARKUP = """
<div class="matrix-frame"><span class="down">really</span><span class="across">read as</span>
<div class="matrix" role="group" aria-label="Confusion matrix" data-testid="matrix"></div></div>"""


@st.cache_resource
def _register_component() -> ComponentRenderer:
    return st.components.v2.component("slate_matrix", html=MARKUP, js=SCRIPT.read_text(), isolate_styles=False)


def show_matrix(
    confusion: Sequence[Sequence[int]], chosen: tuple[int, int], on_choice: Callable[[int, int], None]
) -> None:
    """`confusion[label][digit]` are counts. `on_choice` gets the label and the digit of the clicked cell."""

    def take_cell() -> None:
        clicked = st.session_state[KEY].get("cell")
        if isinstance(clicked, str) and clicked.isdecimal() and int(clicked) < 100:
            on_choice(*divmod(int(clicked), 10))

    _register_component()(key=KEY, data=describe_matrix(confusion, chosen), on_cell_change=take_cell)


def describe_matrix(confusion: Sequence[Sequence[int]], chosen: tuple[int, int]) -> dict[str, object]:
    """What the script needs: a hundred counts, depths of colour and descriptions, row by row.

    Right predictions and mistakes each have their own scale, because mistakes are so rare that they would be invisible
    on a common one.
    """
    cells = [(label, digit, count) for label, row in enumerate(confusion) for digit, count in enumerate(row)]
    most = {
        is_right: max(count for label, digit, count in cells if (label == digit) is is_right)
        for is_right in (True, False)
    }
    return {
        "counts": [count for _, _, count in cells],
        "strengths": [round(DEEPEST * count / max(1, most[label == digit]), 3) for label, digit, count in cells],
        "words": [describe_cell(label, digit, count) for label, digit, count in cells],
        "chosen": 10 * chosen[0] + chosen[1],
    }


def describe_cell(label: int, digit: int, count: int) -> str:
    """`7 read as 1: 3 drawings`."""
    return f"{label} read as {digit}: {count_things(count, 'drawing')}"
