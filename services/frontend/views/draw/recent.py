"""The strip of recent drawings below the canvas, and how often the model was right.

The drawings and the accuracy of all time come from storage, the accuracy of this visit from the session. A thread
fetches them for all visitors, because the page must not wait for storage.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from services.frontend.connections import check_health, connect, get_statistics
from services.frontend.elements.answer import describe_label
from services.frontend.elements.thumbnails import find_thumbnails
from services.frontend.snapshot import Snapshot
from shared.contracts.storage import Statistics, StoredPrediction

RECENT = 16
AWAY = "storage can't be reached right now"
LOADING = "loading"


@dataclass(frozen=True)
class RecentDrawings:
    """The latest predictions in storage with their thumbnails, and the statistics of all."""

    predictions: Sequence[StoredPrediction]
    thumbnails: Mapping[UUID, str]
    statistics: Statistics


@st.cache_resource(on_release=Snapshot.close)
def get_snapshot() -> Snapshot[RecentDrawings]:
    """One for the process and all its sessions."""
    return Snapshot(fetch_recent)


def fetch_recent() -> RecentDrawings:
    """Asks storage. ServiceUnavailableError, RefusedError."""
    predictions = connect().storage.list_predictions(RECENT).predictions
    thumbnails = find_thumbnails([prediction.id for prediction in predictions])
    return RecentDrawings(predictions, thumbnails, get_statistics())


def show_recent(labelled: Mapping[UUID, bool], timeout_s: float) -> int | None:
    """Shows what is known after at most `timeout_s`, and returns the version of the snapshot that is still to come.

    `labelled` holds the predictions that were labelled in this visit, and whether each was right.
    """
    recent, coming = get_snapshot().get(timeout_s)
    note = "" if check_health().storage else AWAY
    st.html(head_html(note or LOADING) if recent is None else recent_html(recent, labelled, note))
    return coming


def head_html(note: str) -> str:
    """The heading with a note in place of the accuracies."""
    return f'<div class="recent-head"><b>Recent drawings</b><span>{note}</span></div>'


def recent_html(recent: RecentDrawings, labelled: Mapping[UUID, bool], note: str = "") -> str:
    """The heading with the accuracy of this visit and of all time, or with the note, and the strip."""
    overall = recent.statistics.overall
    accuracy = f"all time {write_accuracy(overall.correct, overall.labelled)}" if overall.labelled else "no labels yet"
    visit = f"this visit {write_accuracy(sum(labelled.values()), len(labelled))} · " if labelled else ""
    head = head_html(f'<span data-testid="visit">{visit}</span><span data-testid="accuracy">{note or accuracy}</span>')
    if not recent.predictions:
        return f'{head}<p class="strip" data-testid="recent">No drawings yet. Yours will appear here.</p>'
    strip = "".join(_entry_html(prediction, recent.thumbnails[prediction.id]) for prediction in recent.predictions)
    return (
        f'{head}<div class="strip" data-testid="recent" tabindex="0" role="list" aria-label="Recent drawings">'
        f"{strip}</div>"
    )


def write_accuracy(correct: int, labelled: int) -> str:
    """`9 of 10 right (90.0%)`. `labelled` is at least 1."""
    return f"{correct} of {labelled} right ({correct / labelled:.1%})"


def _entry_html(prediction: StoredPrediction, thumbnail: str) -> str:
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
        f'<img alt="A drawing {words}" src="{thumbnail}"><span>{caption}</span></div>'
    )
