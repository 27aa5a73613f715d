"""Several drawings of a page of the history at once: tick them, then label or delete all of them.

Each is one change in the outbox, as if the person had done it one by one, so that the history of labels and the audit
name every drawing. A page has few enough for that.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

import streamlit as st

from services.frontend.elements.answer import describe_label, name_label
from services.frontend.views.history.count import write_number
from services.frontend.views.history.deleting import delete_drawings
from services.frontend.views.history.row import row_html
from services.frontend.views.history.true_digit import LABELS, find_delivery, get_label, label_several, remember_label
from shared.contracts.storage import StoredPrediction, TrueDigit

SELECTING = "history-several"  # session key: whether the page shows ticks
GIVEN = "several-label"  # session key of the buttons


def show_several(predictions: Sequence[StoredPrediction], thumbnails: Mapping[UUID, str], zone: ZoneInfo) -> None:
    """The rows with a tick each, below what can be done with the ticked ones. `predictions` may all be changed."""
    for prediction in predictions:
        remember_label(prediction.id, prediction.label)  # not in the fragment, whose predictions grow old
    _show_several(predictions, thumbnails, zone)


@st.fragment
def _show_several(predictions: Sequence[StoredPrediction], thumbnails: Mapping[UUID, str], zone: ZoneInfo) -> None:
    ids = [prediction.id for prediction in predictions]
    with st.container(key="several-bar"):
        show_actions(ids, [one for one in ids if st.session_state.get(_key(one))])
    with st.container(border=True, key="history-rows", gap=None):
        for prediction in predictions:
            show_tick(prediction, thumbnails[prediction.id], zone)


def show_actions(ids: Sequence[UUID], ticked: Sequence[UUID]) -> None:
    """How many are ticked, the labels, and the button that deletes."""
    with st.container(horizontal=True, vertical_alignment="center", key="several-head"):
        st.html(f'<b role="status" data-testid="ticked">{len(ticked)} selected</b>', width="content")
        every = len(ticked) == len(ids)
        st.button("None" if every else "All on this page", key="several-all", on_click=_tick, args=(ids, not every))
        with st.popover("Delete", icon=":material/delete:", key="several-delete", disabled=not ticked):
            st.markdown(f"Delete {write_number(len(ticked))} for good?")
            if st.button("Delete", type="primary", key="several-really-delete"):
                delete_several(ticked)
    st.pills(
        "They really are",
        LABELS,
        key=GIVEN,
        format_func=name_label,
        on_change=_label,
        args=(ticked,),
        disabled=not ticked,
        wrap=True,
    )


def show_tick(prediction: StoredPrediction, thumbnail: str, zone: ZoneInfo) -> None:
    """One row. A tap anywhere on it ticks it."""
    label, rejected = get_label(prediction.id), prediction.rejected
    words = describe_label(prediction.digit, label, rejected=rejected)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"tick-row-{prediction.id}"):
        st.checkbox(f"Select the drawing {words}", key=_key(prediction.id), label_visibility="collapsed")
        st.html(row_html(prediction, label, thumbnail, zone, find_delivery(prediction.id)))


def delete_several(ids: Sequence[UUID]) -> None:
    """Deletes them, and reruns the page without them."""
    if left := delete_drawings(ids):
        st.warning(left)
        return
    st.toast(f"{write_number(len(ids))} deleted.", icon=":material/delete:")
    st.rerun()


def _label(ticked: Sequence[UUID]) -> None:
    """Labels the ticked drawings, and takes their ticks away, so that the next ones can be ticked."""
    label: TrueDigit | None = st.session_state[GIVEN]
    if label is None:
        return
    label_several(ticked, label)
    st.session_state[GIVEN] = None
    _tick(ticked, False)
    st.toast(f"{write_number(len(ticked))} labelled as {name_label(label)}.", icon=":material/label:")


def _tick(ids: Sequence[UUID], ticked: bool) -> None:
    for one in ids:
        st.session_state[_key(one)] = ticked


def _key(prediction_id: UUID) -> str:
    return f"ticked-{prediction_id}"
