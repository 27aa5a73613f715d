"""The strip of recent drawings below the canvas, each of which a tap opens, and how often the model was right.

The drawings and the accuracy of all time come from storage, the accuracy of this visit from the session.
"""

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from services.frontend.connections import check_health
from services.frontend.elements.answer import describe_label, mark_label, sign_answer, sign_label
from services.frontend.session.identity import get_identity
from services.frontend.views.draw.opened import open_drawing
from services.frontend.views.draw.recent import RecentDrawings, get_snapshots
from shared.contracts.storage import StoredPrediction

AWAY = "storage can't be reached right now"
LOADING = "loading"
NOTHING_YET = "No drawings yet. Yours will appear here."
STRIP_KEY = "recent-strip"
SCRIPT = Path(__file__).parent / "recent_strip.js"
MARKUP = '<div class="strip" data-testid="recent"></div>'


def show_recent(labelled: Mapping[UUID, bool], timeout_s: float) -> int | None:
    """Shows what is known after at most `timeout_s`, and returns the version of the snapshot that is still to come.

    `labelled` holds the predictions that were labelled in this visit, and whether each was right.
    """
    recent, coming = get_snapshots().get(get_identity().key, timeout_s)
    note = "" if check_health().storage else AWAY
    st.html(head_html(note or LOADING) if recent is None else accuracy_html(recent, labelled, note))
    show_strip(recent)
    return coming


def head_html(note: str) -> str:
    """The heading with a note in place of the accuracies."""
    return f'<div class="recent-head"><h2 class="part">Recent drawings</h2><span>{note}</span></div>'


def accuracy_html(recent: RecentDrawings, labelled: Mapping[UUID, bool], note: str = "") -> str:
    """The heading with the accuracy of this visit and of all time, or with the note."""
    overall = recent.totals
    whose = "All visitors" if recent.of_all else "All time"
    accuracy = f"{whose}: {write_accuracy(overall.correct, overall.labelled)}" if overall.labelled else "No labels yet"
    visit = f"This visit: {write_accuracy(sum(labelled.values()), len(labelled))}" if labelled else ""
    return head_html(f'<span data-testid="visit">{visit}</span><span data-testid="accuracy">{note or accuracy}</span>')


def show_strip(recent: RecentDrawings | None) -> None:
    """One button for each drawing, which opens it. All of them are one component, so a stroke sends one element."""

    def open_tapped() -> None:
        tapped = st.session_state[STRIP_KEY].get("tapped")
        known = () if recent is None else recent.predictions
        found = next((each for each in known if str(each.id) == tapped), None)
        if found is not None:
            open_drawing(found)

    entries = [describe_entry(each, recent.thumbnails[each.id]) for each in recent.predictions] if recent else []
    note = NOTHING_YET if recent is not None and not entries else ""
    _register_component()(key=STRIP_KEY, data={"entries": entries, "note": note}, on_tapped_change=open_tapped)


def write_accuracy(correct: int, labelled: int) -> str:
    """`9 of 10 right (90.0%)`. `labelled` is at least 1."""
    return f"{correct} of {labelled} right ({correct / labelled:.1%})"


def describe_entry(prediction: StoredPrediction, thumbnail: str) -> dict[str, str]:
    """What the script needs. `struck` is a wrong answer, `sign` the label or the answer."""
    digit, label, rejected = prediction.digit, prediction.label, prediction.rejected
    mark = mark_label(digit, label, rejected=rejected)
    read = sign_answer(digit, rejected=rejected)
    return {
        "id": str(prediction.id),
        "digit": str(digit),
        "label": "" if label is None else str(label),
        "mark": mark,
        "struck": read if mark == "wrong" else "",
        "sign": read if label is None else sign_label(label),
        "words": describe_label(digit, label, rejected=rejected),
        "picture": thumbnail,
    }


@st.cache_resource
def _register_component() -> ComponentRenderer:
    return st.components.v2.component("slate_recent", html=MARKUP, js=SCRIPT.read_text(), isolate_styles=False)
