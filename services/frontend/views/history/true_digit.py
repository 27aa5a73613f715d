"""Ten digits that say what a stored drawing really is: a tap labels it, another on the same takes that back."""

from uuid import UUID

import streamlit as st

from services.frontend.connections import connect, get_save_wait_s, get_statistics
from services.frontend.outbox import Delivery

TOUCHED = "labelled-on-history"


def remember_label(prediction_id: UUID, stored: int | None) -> None:
    """What storage has, shown unless something newer is on its way there. Once a run, before the control."""
    key = _key(prediction_id)
    if key not in st.session_state or find_delivery(prediction_id) in {None, Delivery.SAVED}:
        st.session_state[key] = stored


def get_label(prediction_id: UUID) -> int | None:
    """What the control shows, also before it is drawn."""
    label: int | None = st.session_state.get(_key(prediction_id))
    return label


def show_true_digit(prediction_id: UUID, drawing: str) -> None:
    """The control. `drawing` says in words which one it belongs to, for who hears the page."""
    st.segmented_control(
        f"True digit of {drawing}",
        range(10),
        key=_key(prediction_id),
        on_change=_give_label,
        args=(prediction_id,),
        label_visibility="collapsed",
        width="stretch",
        wrap=False,
    )


def find_delivery(prediction_id: UUID) -> Delivery | None:
    """How far what was tapped here has come; None where nothing was."""
    if prediction_id not in st.session_state.get(TOUCHED, ()):
        return None
    return connect().outbox.wait(prediction_id, 0)


def _give_label(prediction_id: UUID) -> None:
    outbox = connect().outbox
    outbox.label(prediction_id, get_label(prediction_id))
    outbox.wait(prediction_id, get_save_wait_s())
    st.session_state.setdefault(TOUCHED, set()).add(prediction_id)
    get_statistics.clear()


def _key(prediction_id: UUID) -> str:
    return f"true-digit-{prediction_id}"
