"""The strip of recent drawings below the canvas, and how often the model was right.

The drawings and the accuracy of all time come from storage, the accuracy of this visit from the session. Threads fetch
them for each person, because the page must not wait for storage. A visitor sees only the own drawings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from services.frontend.caller_keys import OWN
from services.frontend.connections import CURATE, check_health, connect, find_rights
from services.frontend.elements.answer import describe_label, mark_label
from services.frontend.elements.thumbnails import find_thumbnails
from services.frontend.session.identity import get_identity
from services.frontend.snapshots import Snapshots
from shared.contracts.storage import NOT_A_DIGIT, Accuracy, HistoryFilters, StoredPrediction

RECENT = 16
AWAY = "storage can't be reached right now"
LOADING = "loading"


@dataclass(frozen=True)
class RecentDrawings:
    """The latest predictions in storage with their thumbnails, and how many were right.

    `of_all` is true if `totals` counts those of all visitors, but the predictions are those of one.
    """

    predictions: Sequence[StoredPrediction]
    thumbnails: Mapping[UUID, str]
    totals: Accuracy
    of_all: bool


@st.cache_resource(on_release=Snapshots.close)
def get_snapshots() -> Snapshots[RecentDrawings]:
    """One for the process, with a copy for each person's key."""
    return Snapshots(fetch_recent)


def fetch_recent(key: str) -> RecentDrawings:
    """Asks storage on behalf of one person. ServiceUnavailableError, RefusedError."""
    rights, installation = find_rights(key) if key != OWN else None, find_rights(OWN)
    is_visitor = key != OWN and (rights is None or CURATE not in rights.scopes)
    sees_totals = not is_visitor or (installation is not None and installation.visitors_see != "nothing")
    storage = connect().callers.acting_as(key)
    predictions = storage.list_predictions(RECENT, HistoryFilters(mine=True if is_visitor else None)).predictions
    thumbnails = find_thumbnails([prediction.id for prediction in predictions], storage)
    return RecentDrawings(predictions, thumbnails, storage.get_totals(), of_all=is_visitor and sees_totals)


def show_recent(labelled: Mapping[UUID, bool], timeout_s: float) -> int | None:
    """Shows what is known after at most `timeout_s`, and returns the version of the snapshot that is still to come.

    `labelled` holds the predictions that were labelled in this visit, and whether each was right.
    """
    recent, coming = get_snapshots().get(get_identity().key, timeout_s)
    note = "" if check_health().storage else AWAY
    st.html(head_html(note or LOADING) if recent is None else recent_html(recent, labelled, note))
    return coming


def head_html(note: str) -> str:
    """The heading with a note in place of the accuracies."""
    return f'<div class="recent-head"><b>Recent drawings</b><span>{note}</span></div>'


def recent_html(recent: RecentDrawings, labelled: Mapping[UUID, bool], note: str = "") -> str:
    """The heading with the accuracy of this visit and of all time, or with the note, and the strip."""
    overall = recent.totals
    whose = "all visitors" if recent.of_all else "all time"
    accuracy = f"{whose} {write_accuracy(overall.correct, overall.labelled)}" if overall.labelled else "no labels yet"
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
    digit, label, rejected = prediction.digit, prediction.label, prediction.rejected
    mark = mark_label(digit, label, rejected=rejected)
    caption = {
        "unlabelled": f"{digit}?" if rejected else f"{digit}",
        "right": "– ✓" if label == NOT_A_DIGIT else f"{digit} ✓",
        "wrong": f"<s>{digit}</s> {'–' if label == NOT_A_DIGIT else label}",
    }[mark]
    words = describe_label(digit, label, rejected=rejected)
    return (
        f'<div class="entry {mark}" role="listitem" data-id="{prediction.id}" data-digit="{digit}" '
        f'data-label="{"" if label is None else label}" title="{words}">'
        f'<img alt="A drawing {words}" src="{thumbnail}"><span>{caption}</span></div>'
    )
