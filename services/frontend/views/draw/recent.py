"""The strip of recent drawings under the page, and how often the model was right. All of it comes from storage."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import streamlit as st

from services.frontend.connections import check_health, connect, get_statistics
from services.frontend.elements.thumbnails import find_thumbnail
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.storage import Statistics, StoredPrediction

RECENT = 16
AWAY = '<div class="recent-head"><b>Recent drawings</b><span>storage can\'t be reached just now</span></div>'


def show_recent(judged: Mapping[UUID, bool]) -> None:
    """The newest drawings, and how often the model was right: in this visit by `judged`, and of all time."""
    if not check_health().storage:
        st.html(AWAY)
        return
    try:
        page = connect().storage.list_predictions(RECENT)
        statistics = get_statistics()
    except (ServiceUnavailableError, RefusedError):
        st.html(AWAY)
        return
    st.html(recent_html(page.predictions, statistics, judged))


def recent_html(predictions: Sequence[StoredPrediction], statistics: Statistics, judged: Mapping[UUID, bool]) -> str:
    """The heading and the strip."""
    overall = statistics.overall
    accuracy = f"all time {right_of(overall.correct, overall.labelled)}" if overall.labelled else "none corrected yet"
    visit = f"this visit {right_of(sum(judged.values()), len(judged))} · " if judged else ""
    head = (
        f'<div class="recent-head"><b>Recent drawings</b><span><span data-testid="visit">{visit}</span>'
        f'<span data-testid="accuracy">{accuracy}</span></span></div>'
    )
    if not predictions:
        return f'{head}<p class="strip" data-testid="history">Nothing kept yet: your drawings will appear here.</p>'
    strip = "".join(_entry_html(prediction) for prediction in predictions)
    return (
        f'{head}<div class="strip" data-testid="history" tabindex="0" role="list" aria-label="Recent drawings">'
        f"{strip}</div>"
    )


def right_of(correct: int, labelled: int) -> str:
    """«9 of 10 right (90.0%)»; one at least is labelled."""
    return f"{correct} of {labelled} right ({correct / labelled:.1%})"


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
