"""The confusion matrix, and the drawings of the chosen cell. A press chooses a cell, or the two lists of digits do.

The counts come from the statistics of storage, the drawings from its history.
"""

from collections.abc import Sequence

import streamlit as st

from services.frontend.elements.answer import percent
from services.frontend.elements.headings import show_heading
from services.frontend.elements.sentences import count_things, show_failure
from services.frontend.elements.table import folded_table_html
from services.frontend.elements.thumbnails import find_thumbnails
from services.frontend.session.identity import get_identity, get_storage
from services.frontend.views.statistics.matrix import show_matrix
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.storage import HistoryFilters, Statistics, StoredPrediction

EXAMPLES = 24
AWAY = "Storage can't be reached right now."
HISTORY = "views/history/page.py"
LABEL, DIGIT = "cell_label", "cell_digit"  # session keys of the chosen cell
CHOSEN_FOR = "cell-chosen-for"  # session key of the filters of the matrix


@st.fragment
def show_confusion(statistics: Statistics, filters: HistoryFilters) -> None:
    """The matrix, and beside it the drawings of the chosen cell. Choosing another cell reruns nothing else."""
    show_heading("Which digits are confused", "press a cell, or choose two digits, to see the drawings")
    confusion = statistics.confusion
    if st.session_state.get(CHOSEN_FOR) != filters or LABEL not in st.session_state:
        choose_cell(*find_commonest(confusion))  # no cell stays chosen that belongs to other drawings
        st.session_state[CHOSEN_FOR] = filters
    left, right = st.columns([1.15, 1], gap="medium")
    with right:
        first, second = st.columns(2)
        label: int = first.selectbox("Really", range(10), key=LABEL)
        digit: int = second.selectbox("Read as", range(10), key=DIGIT)
        show_examples(label, digit, confusion[label][digit], filters)
    with left:
        show_matrix(confusion, (label, digit), choose_cell)
        rows = [[str(true_digit), *map(str, row)] for true_digit, row in enumerate(confusion)]
        st.html(folded_table_html("Predictions by true digit", ("true digit", *map(str, range(10))), rows))


def choose_cell(label: int, digit: int) -> None:
    """Chooses the cell in both lists."""
    st.session_state[LABEL], st.session_state[DIGIT] = label, digit


def find_commonest(confusion: Sequence[Sequence[int]]) -> tuple[int, int]:
    """(true digit, predicted digit) of the commonest mistake, or of the commonest cell if there is no mistake."""
    cells = [(label, digit) for label in range(10) for digit in range(10)]
    mistakes = [(label, digit) for label, digit in cells if label != digit and confusion[label][digit]]
    return max(mistakes or cells, key=lambda cell: confusion[cell[0]][cell[1]])


def show_examples(label: int, digit: int, count: int, filters: HistoryFilters) -> None:
    """The newest drawings of the cell that this person may see. `count` are in the cell."""
    cell = f"Really {label}, read as {digit}"
    wanted = filters.model_copy(update={"label": label, "digit": digit})
    try:
        page = get_storage().list_predictions(EXAMPLES, wanted) if count else None
    except (ServiceUnavailableError, RefusedError) as error:
        show_failure(AWAY, error)
        return
    st.html(examples_html(cell, page.predictions if page else [], count))
    if page and page.predictions:
        address = {"label": label, "read": digit, "model": filters.model, "mine": "true" if filters.mine else None}
        query = {name: str(value) for name, value in address.items() if value is not None}
        st.page_link(HISTORY, label="Open in History", icon=":material/history:", query_params=query)


def examples_html(cell: str, predictions: Sequence[StoredPrediction], count: int) -> str:
    """The drawings with their confidences, or a sentence if there are none. `cell` says which they are, in words."""
    drawings = count_things(count, "drawing")
    if not count:
        return f'<p class="sentence" data-testid="examples">{cell}: no drawings.</p>'
    if not predictions:
        return f'<p class="sentence" data-testid="examples">{cell}: {drawings}, none of them yours.</p>'
    sees_history = get_identity().sees_history
    shown = f"the newest {len(predictions)} are shown" if sees_history else f"{len(predictions)} of yours are shown"
    shown = "" if len(predictions) >= count else f", {shown}"
    thumbnails = find_thumbnails([prediction.id for prediction in predictions], get_storage())
    entries = "".join(_example_html(prediction, thumbnails[prediction.id]) for prediction in predictions)
    return (
        f'<p class="note" data-testid="examples">{cell}: {drawings}{shown}</p>'
        f'<ul class="examples" aria-label="{cell}">{entries}</ul>'
    )


def _example_html(prediction: StoredPrediction, thumbnail: str) -> str:
    confidence = percent(prediction.confidence)
    words = f"Read as {prediction.digit} with {confidence} confidence on {prediction.created_at:%d %B %Y}"
    return (
        f'<li data-id="{prediction.id}" title="{words}"><img alt="{words}" src="{thumbnail}">'
        f"<span>{confidence}</span></li>"
    )
