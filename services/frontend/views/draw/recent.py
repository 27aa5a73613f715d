"""The strip of recent drawings below the canvas, and how often the model was right.

The drawings and the accuracy of all time come from storage, the accuracy of this visit from the session.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

import streamlit as st

from services.frontend.connections import check_health, connect, get_statistics
from services.frontend.elements.answer import describe_label
from services.frontend.elements.thumbnails import find_thumbnail
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.storage import Statistics, StoredPrediction

RECENT = 16
AWAY = '<div class="recent-head"><b>Recent drawings</b><span>storage can\'t be reached right now</span></div>'


def show_recent(labelled: Mapping[UUID, bool]) -> None:
    """`labelled` holds the predictions that were labelled in this visit, and whether each was right."""
    if not check_health().storage:
        st.html(AWAY)
        return
    try:
        page = connect().storage.list_predictions(RECENT)
        statistics = get_statistics()
    except (ServiceUnavailableError, RefusedError):
        st.html(AWAY)
        return
    st.html(recent_html(page.predictions, statistics, labelled))


def recent_html(predictions: Sequence[StoredPrediction], statistics: Statistics, labelled: Mapping[UUID, bool]) -> str:
    """The heading with the accuracy of this visit and of all time, and the strip."""
    overall = statistics.overall
    accuracy = f"all time {write_accuracy(overall.correct, overall.labelled)}" if overall.labelled else "no labels yet"
    visit = f"this visit {write_accuracy(sum(labelled.values()), len(labelled))} · " if labelled else ""
    head = (
        f'<div class="recent-head"><b>Recent drawings</b><span><span data-testid="visit">{visit}</span>'
        f'<span data-testid="accuracy">{accuracy}</span></span></div>'
    )
    if not predictions:
        return f'{head}<p class="strip" data-testid="recent">No drawings yet. Yours will appear here.</p>'
    strip = "".join(_entry_html(prediction) for prediction in predictions)
    return (
        f'{head}<div class="strip" data-testid="recent" tabindex="0" role="list" aria-label="Recent drawings">'
        f"{strip}</div>"
    )


def write_accuracy(correct: int, labelled: int) -> str:
    """`9 of 10 right (90.0%)`. `labelled` is at least 1."""
    return f"{correct} of {labelled} right ({correct / labelled:.1%})"


def _entry_html(prediction: StoredPrediction) -> str:
    digit, label = prediction.digit, prediction.label
    if label is None:
        mark, caption = "unlabelled", f"{digit}"
    elif label == digit:
        mark, caption = "right", f"{digit} ✓"
    else:
        mark, caption = "wrong", f"<s>{digit}</s> {label}"
    words = describe_label(digit, label)
    return (
        f'<div class="entry {mark}" role="listitem" data-id="{prediction.id}" data-digit="{digit}" '
        f'data-label="{"" if label is None else label}" title="{words}">'
        f'<img alt="A drawing {words}" src="{find_thumbnail(prediction.id)}"><span>{caption}</span></div>'
    )
