"""The confusion matrix, and the drawings behind the cell that is chosen: with a click, or by its two digits."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from services.frontend.connections import connect
from services.frontend.elements.charts import CELL, confusion_chart
from services.frontend.elements.headings import show_heading
from services.frontend.elements.painting import paint
from services.frontend.elements.table import folded_table_html
from services.frontend.views.statistics.examples import examples_html
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.storage import HistoryFilters, Statistics

EXAMPLES = 24
MATRIX = "matrix"  # how many there were before this one


@st.fragment
def show_confusion(statistics: Statistics, model: str | None) -> None:
    """What was taken for what; the chosen cell's drawings beside it. The choice reruns nothing else."""
    show_heading("What was taken for what", "choose a cell, in the matrix or by its two digits, to see its drawings")
    confusion = statistics.confusion
    if "cell_label" not in st.session_state:
        st.session_state["cell_label"], st.session_state["cell_digit"] = find_commonest(confusion)
    left, right = st.columns([1.15, 1], gap="medium")
    with right:
        first, second = st.columns(2)
        label: int = first.selectbox("True digit", range(10), key="cell_label", on_change=forget_click)
        digit: int = second.selectbox("Read as", range(10), key="cell_digit", on_change=forget_click)
        show_examples(label, digit, confusion[label][digit], model)
    with left:
        mistakes = sum(map(sum, confusion)) - sum(confusion[one][one] for one in range(10))
        sentence = f"Confusion matrix: {statistics.overall.labelled} labelled drawings, {mistakes} of them misread."
        chart = confusion_chart(confusion, (label, digit))
        key = f"confusion-{st.session_state.get(MATRIX, 0)}"
        st.altair_chart(paint(chart), alt=sentence, key=key, on_select=partial(take_cell, key))
        rows = [[str(one), *map(str, row)] for one, row in enumerate(confusion)]
        st.html(folded_table_html("True digit by reading", ("true digit", *map(str, range(10))), rows))


def find_commonest(confusion: Sequence[Sequence[int]]) -> tuple[int, int]:
    """(true digit, reading) of the commonest mistake; of what is right where there is none."""
    cells = [(label, digit) for label in range(10) for digit in range(10)]
    mistakes = [(label, digit) for label, digit in cells if label != digit and confusion[label][digit]]
    return max(mistakes or cells, key=lambda cell: confusion[cell[0]][cell[1]])


def take_cell(key: str) -> None:
    """The cell that was clicked."""
    for cell in st.session_state[key].selection.get(CELL, []):
        st.session_state["cell_label"], st.session_state["cell_digit"] = cell["label"], cell["digit"]


def forget_click() -> None:
    """A new matrix in place of the old, in which the cell clicked last can be clicked again."""
    st.session_state[MATRIX] = st.session_state.get(MATRIX, 0) + 1


def show_examples(label: int, digit: int, count: int, model: str | None) -> None:
    """The newest drawings of a cell."""
    what = f"Drawn as {label}, read as {digit}" + (", rightly" if label == digit else "")
    filters = HistoryFilters(label=label, digit=digit, model=model)
    try:
        page = connect().storage.list_predictions(EXAMPLES, filters) if count else None
    except (ServiceUnavailableError, RefusedError):
        st.html('<p class="sentence">Storage can\'t be reached just now.</p>')
        return
    st.html(examples_html(what, page.predictions if page else [], count))
