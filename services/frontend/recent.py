"""The strip of recent drawings under the page, and how often the model was right. All of it comes from storage."""

import streamlit as st

from services.frontend.connections import check_health, connect
from services.frontend.thumbnails import find_thumbnail
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.storage import Statistics, StoredPrediction

RECENT = 24
STATISTICS_TTL_S = 5.0
AWAY = '<div class="history-head"><b>History</b><span>storage can\'t be reached just now</span></div>'


def show_history() -> None:
    """Running accuracy and the newest drawings."""
    if not check_health().storage:
        st.html(AWAY)
        return
    try:
        page = connect().storage.list_predictions(RECENT)
        statistics = get_statistics()
    except (ServiceUnavailableError, RefusedError):
        st.html(AWAY)
        return
    st.html(history_html(page.predictions, statistics))
    accuracies = [point.accuracy for point in statistics.running_accuracy]
    if len(accuracies) > 1:
        with st.expander("Running accuracy"):
            st.line_chart(accuracies, height=160, x_label="labelled drawings", y_label="accuracy")


@st.cache_data(ttl=STATISTICS_TTL_S, show_spinner=False)
def get_statistics() -> Statistics:
    """Statistics at most five seconds old; a label given here makes them be asked anew (`get_statistics.clear()`)."""
    return connect().storage.get_statistics()


def history_html(predictions: list[StoredPrediction], statistics: Statistics) -> str:
    """The heading and the strip."""
    overall = statistics.overall
    right = f"{overall.correct} of {overall.labelled} right" if overall.labelled else "none corrected yet"
    share = f" · {overall.accuracy:.1%}" if overall.accuracy is not None else ""
    strip = "".join(_entry_html(prediction) for prediction in predictions)
    return (
        f'<div class="history-head"><b>History</b><span data-testid="accuracy">{right}{share}</span></div>'
        f'<div class="strip" data-testid="history" tabindex="0" role="list" aria-label="Recent drawings">'
        f"{strip or '<p>Nothing kept yet: your drawings will appear here.</p>'}</div>"
    )


def _entry_html(prediction: StoredPrediction) -> str:
    if prediction.label is None:
        mark, words = "unlabelled", f"read as {prediction.digit}"
        caption = f"{prediction.digit}"
    elif prediction.label == prediction.digit:
        mark, words = "right", f"read as {prediction.digit}, rightly"
        caption = f"{prediction.digit} ✓"
    else:
        mark, words = "wrong", f"read as {prediction.digit}, truly {prediction.label}"
        caption = f"<s>{prediction.digit}</s> {prediction.label}"
    return (
        f'<div class="entry {mark}" role="listitem" data-id="{prediction.id}" data-digit="{prediction.digit}" '
        f'data-label="{"" if prediction.label is None else prediction.label}" title="{words}">'
        f'<img alt="A drawing {words}" src="{find_thumbnail(prediction.id)}"><span>{caption}</span></div>'
    )
