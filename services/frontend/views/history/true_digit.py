"""The ten buttons that label a stored drawing. A tap labels it; a tap on the label removes it."""

from uuid import UUID

import streamlit as st

from services.frontend.connections import connect, get_settle_s, get_statistics
from services.frontend.saving.outbox import Delivery
from shared.contracts.storage import TrueDigit

LABELLED = "labelled-on-history"  # ids of predictions


def remember_label(prediction_id: UUID, stored: TrueDigit | None) -> None:
    """Sets the buttons to the stored label, unless a newer one is on its way. Call it before `show_true_digit`."""
    key = _key(prediction_id)
    if key not in st.session_state or find_delivery(prediction_id) in {None, Delivery.SAVED}:
        st.session_state[key] = stored if isinstance(stored, int) else None  # there is no button for other labels


def get_label(prediction_id: UUID) -> int | None:
    """The label that the buttons show."""
    label: int | None = st.session_state.get(_key(prediction_id))
    return label


def show_true_digit(prediction_id: UUID, drawing: str) -> None:
    """Shows the buttons. `drawing` names the drawing for screen readers."""
    st.segmented_control(
        f"True digit of {drawing}",
        range(10),
        key=_key(prediction_id),
        on_change=_send_label,
        args=(prediction_id,),
        label_visibility="collapsed",
        width="stretch",
        wrap=False,
    )


def find_delivery(prediction_id: UUID) -> Delivery | None:
    """How far the label given in this visit has come; None if none was given."""
    if prediction_id not in st.session_state.get(LABELLED, ()):
        return None
    return connect().outbox.wait(prediction_id, 0)


def _send_label(prediction_id: UUID) -> None:
    outbox = connect().outbox
    outbox.label(prediction_id, get_label(prediction_id))
    outbox.wait(prediction_id, get_settle_s())
    st.session_state.setdefault(LABELLED, set()).add(prediction_id)
    get_statistics.clear()


def _key(prediction_id: UUID) -> str:
    return f"true-digit-{prediction_id}"
