"""The buttons that label a stored drawing: ten digits, and "not a digit".

A tap labels the drawing. A tap on the label removes it.
"""

import time
from collections.abc import Sequence
from uuid import UUID

import streamlit as st

from services.frontend.connections import forget_statistics, get_settle_s
from services.frontend.elements.answer import name_label
from services.frontend.saving.outbox import Delivery
from services.frontend.session.identity import get_outbox
from shared.contracts.storage import NOT_A_DIGIT, TrueDigit

LABELLED = "labelled-on-history"  # ids of predictions
LABELS: list[TrueDigit] = [*range(10), NOT_A_DIGIT]


def remember_label(prediction_id: UUID, stored: TrueDigit | None) -> None:
    """Sets the buttons to the stored label, unless a newer one is on its way. Call it before `show_true_digit`."""
    key = _key(prediction_id)
    if key not in st.session_state or find_delivery(prediction_id) in {None, Delivery.SAVED}:
        st.session_state[key] = stored


def get_label(prediction_id: UUID) -> TrueDigit | None:
    """The label that the buttons show."""
    label: TrueDigit | None = st.session_state.get(_key(prediction_id))
    return label


def show_true_digit(prediction_id: UUID, drawing: str, *, disabled: bool) -> None:
    """Shows the buttons. `drawing` names the drawing for screen readers."""
    st.segmented_control(
        f"True digit of {drawing}",
        LABELS,
        key=_key(prediction_id),
        format_func=name_label,
        on_change=_send_label,
        args=(prediction_id,),
        disabled=disabled,
        label_visibility="collapsed",
        width="stretch",
        wrap=False,
    )


def find_delivery(prediction_id: UUID) -> Delivery | None:
    """How far the label given in this visit has come; None if none was given."""
    if prediction_id not in st.session_state.get(LABELLED, ()):
        return None
    return get_outbox().wait(prediction_id, 0)


def label_several(prediction_ids: Sequence[UUID], label: TrueDigit | None) -> None:
    """Sends the same label for each, and waits a moment for storage. The buttons show it at once."""
    outbox = get_outbox()
    for prediction_id in prediction_ids:
        outbox.label(prediction_id, label)
        st.session_state[_key(prediction_id)] = label
    st.session_state.setdefault(LABELLED, set()).update(prediction_ids)
    until = time.monotonic() + get_settle_s()
    for prediction_id in prediction_ids:
        outbox.wait(prediction_id, max(0.0, until - time.monotonic()))
    forget_statistics()


def _send_label(prediction_id: UUID) -> None:
    label_several([prediction_id], get_label(prediction_id))


def _key(prediction_id: UUID) -> str:
    return f"true-digit-{prediction_id}"
