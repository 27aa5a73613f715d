"""One row of the History page: the drawing, its prediction, the buttons that label it, and those that act on it.

It is a fragment of its own, so that a tap on one row reruns no other.
"""

from html import escape
from uuid import UUID
from zoneinfo import ZoneInfo

import streamlit as st

from services.frontend.elements.answer import describe_label, describe_stored, mark_label, sign_answer, sign_label
from services.frontend.elements.sentences import describe_delivery
from services.frontend.elements.time_zone import write_time
from services.frontend.saving.outbox import ON_ITS_WAY, Delivery
from services.frontend.session.identity import get_identity
from services.frontend.views.history.deleting import delete_drawings
from services.frontend.views.history.enlarged import show_enlarge_button
from services.frontend.views.history.label_history import show_label_history
from services.frontend.views.history.true_digit import find_delivery, get_label, remember_label, show_true_digit
from shared.contracts.storage import Source, StoredPrediction, TrueDigit

REFRESH_EVERY_S = 2.0
SOURCES: dict[Source, str] = {"canvas": "drawn", "upload": "uploaded", "camera": "photographed", "api": "from the API"}


def show_row(prediction: StoredPrediction, thumbnail: str, zone: ZoneInfo) -> None:
    """A fragment, so that a label reruns nothing else. While its label is being saved it refreshes itself."""
    remember_label(prediction.id, prediction.label)
    waiting = is_on_its_way(prediction.id)
    st.fragment(_show_row, run_every=REFRESH_EVERY_S if waiting else None)(prediction, thumbnail, zone, waiting)


def _show_row(prediction: StoredPrediction, thumbnail: str, zone: ZoneInfo, waiting: bool) -> None:
    if waiting and not is_on_its_way(prediction.id):
        st.rerun()
    label, may_change = get_label(prediction.id), prediction.mine or get_identity().is_curator
    words = describe_label(prediction.digit, label, rejected=prediction.rejected)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"history-row-{prediction.id}"):
        show_enlarge_button(prediction, words, zone)
        st.html(row_html(prediction, label, thumbnail, zone, find_delivery(prediction.id)))
        read = describe_label(prediction.digit, None, rejected=prediction.rejected)
        show_true_digit(prediction.id, f"the drawing {read}", disabled=not may_change)
        with st.container(horizontal=True, gap=None, width="content", key=f"row-actions-{prediction.id}"):
            show_actions(prediction.id, words, zone, may_change=may_change)


def is_on_its_way(prediction_id: UUID) -> bool:
    """Whether its label still waits for storage."""
    return find_delivery(prediction_id) in ON_ITS_WAY


def show_actions(prediction_id: UUID, words: str, zone: ZoneInfo, *, may_change: bool) -> None:
    """The buttons at the end of the row. `words` say what the drawing was read as."""
    if get_identity().is_curator:
        show_label_history(prediction_id, zone)
    if may_change:
        with st.popover("Delete", icon=":material/delete:", type="tertiary", key=f"delete-{prediction_id}"):
            st.markdown(f"Delete this drawing for good? It was {words}.")
            if st.button("Delete", type="primary", key=f"really-delete-{prediction_id}"):
                delete(prediction_id)


def row_html(
    prediction: StoredPrediction, label: TrueDigit | None, thumbnail: str, zone: ZoneInfo, delivery: Delivery | None
) -> str:
    """Everything in the row that is not a button. Times are shown in `zone`."""
    rejected = prediction.rejected
    mark = mark_label(prediction.digit, label, rejected=rejected)
    sign, truth = sign_answer(prediction.digit, rejected=rejected), "" if label is None else sign_label(label)
    read = {
        "unlabelled": f"<b>{sign}</b>",
        "right": f"<b>{truth}</b><i>✓</i>",
        "wrong": f"<b><s>{sign}</s></b><i>{truth}</i>",
    }[mark]
    words = describe_label(prediction.digit, label, rejected=rejected)
    sure = describe_stored(prediction.digit, prediction.confidence, rejected=rejected)
    saved = "" if delivery is None else f' · <em role="status">{describe_delivery(delivery)}</em>'
    model = f"{escape(prediction.model.name)} {escape(prediction.model.version)}"
    return (
        f'<article class="history-row {mark}" data-testid="history-row" data-id="{prediction.id}" '
        f'data-digit="{prediction.digit}" data-label="{"" if label is None else label}">'
        f'<img alt="A drawing {words}" src="{thumbnail}">'
        f'<div class="read" title="{words}">{read}</div>'
        f'<div class="about"><span>{sure}{saved}</span>'
        f"{write_time(prediction.created_at, zone)}"
        f"<small>{SOURCES[prediction.source]}</small><small>{model}</small></div></article>"
    )


def delete(prediction_id: UUID) -> None:
    """Deletes the prediction and reruns the page without it."""
    if left := delete_drawings([prediction_id]):
        st.warning(left)
    else:
        st.rerun()
