"""One prediction of the history: its drawing, what it was read as and when, its label to be corrected, its deletion."""

from html import escape
from uuid import UUID
from zoneinfo import ZoneInfo

import streamlit as st

from services.frontend.connections import connect, get_statistics
from services.frontend.elements.answer import percent
from services.frontend.outbox import Delivery
from services.frontend.views.history.true_digit import find_delivery, get_label, remember_label, show_true_digit
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.storage import Source, StoredPrediction

WAITING_EVERY_S = 2.0
CAME: dict[Source, str] = {"canvas": "drawn", "upload": "uploaded", "camera": "photographed", "api": "through the API"}
SAID = {
    Delivery.SAVED: "Saved",
    Delivery.WAITING: "Not saved yet: kept here until storage answers",
    Delivery.REFUSED: "Not saved: storage refuses it. It may have been deleted meanwhile.",
}


def show_row(prediction: StoredPrediction, thumbnail: str, zone: ZoneInfo) -> None:
    """A fragment, so that a label reruns nothing else; one that waits for storage looks after it by itself."""
    remember_label(prediction.id, prediction.label)
    waiting = find_delivery(prediction.id) is Delivery.WAITING
    st.fragment(_show_row, run_every=WAITING_EVERY_S if waiting else None)(prediction, thumbnail, zone, waiting)


def _show_row(prediction: StoredPrediction, thumbnail: str, zone: ZoneInfo, waiting: bool) -> None:
    if waiting and find_delivery(prediction.id) is not Delivery.WAITING:
        st.rerun()
    words = describe(prediction, get_label(prediction.id))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"history-row-{prediction.id}"):
        st.html(row_html(prediction, get_label(prediction.id), thumbnail, zone, find_delivery(prediction.id)))
        show_true_digit(prediction.id, f"the drawing read as {prediction.digit}")
        with st.popover("Delete", icon=":material/delete:", type="tertiary", key=f"delete-{prediction.id}"):
            st.markdown(f"Delete this drawing for good? It was {words}.")
            if st.button("Delete", type="primary", key=f"really-delete-{prediction.id}"):
                delete(prediction.id)


def describe(prediction: StoredPrediction, label: int | None) -> str:
    """«read as 3, truly 5»."""
    if label is None:
        return f"read as {prediction.digit}"
    return f"read as {prediction.digit}, {'rightly' if label == prediction.digit else f'truly {label}'}"


def row_html(
    prediction: StoredPrediction, label: int | None, thumbnail: str, zone: ZoneInfo, delivery: Delivery | None
) -> str:
    """What is to be seen of it."""
    mark = "unlabelled" if label is None else "right" if label == prediction.digit else "wrong"
    read = {
        "unlabelled": f"<b>{prediction.digit}</b>",
        "right": f"<b>{prediction.digit}</b><i>✓</i>",
        "wrong": f"<b><s>{prediction.digit}</s></b><i>{label}</i>",
    }[mark]
    moment = prediction.created_at.astimezone(zone)
    said = "" if delivery is None else f' · <em role="status">{SAID[delivery]}</em>'
    model = f"{escape(prediction.model.name)} {escape(prediction.model.version)}"
    return (
        f'<article class="reading {mark}" data-testid="reading" data-id="{prediction.id}" '
        f'data-digit="{prediction.digit}" data-label="{"" if label is None else label}">'
        f'<img alt="A drawing {describe(prediction, label)}" src="{thumbnail}">'
        f'<div class="read" title="{describe(prediction, label)}">{read}</div>'
        f'<div class="about"><span>{percent(prediction.confidence)} confident{said}</span>'
        f'<time datetime="{moment.isoformat()}">{moment:%d %b %Y, %H:%M}</time>'
        f"<small>{CAME[prediction.source]}</small><small>{model}</small></div></article>"
    )


def delete(prediction_id: UUID) -> None:
    """Asks storage, and shows the page without it."""
    try:
        connect().storage.delete_prediction(prediction_id)
    except (ServiceUnavailableError, RefusedError):
        st.warning("Storage can't be reached just now, so nothing was deleted.")
        return
    get_statistics.clear()
    st.rerun()
