"""A recent drawing, large, in a dialog: what it was read as, its label, back to the canvas, or delete it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import streamlit as st

from services.frontend.connections import forget_statistics, get_settle_s
from services.frontend.elements.answer import describe_label, mark_label, percent, sign_answer
from services.frontend.elements.decoding import UnshowablePictureError
from services.frontend.elements.sentences import describe_failure, show_failure
from services.frontend.elements.thumbnails import forget_thumbnail, get_picture
from services.frontend.elements.time_zone import find_zone, write_time
from services.frontend.session.draw_state import DrawState
from services.frontend.session.entry import Entry
from services.frontend.session.identity import get_identity, get_outbox, get_storage
from services.frontend.views.draw.label_buttons import show_label_buttons
from services.frontend.views.draw.picture_stroke import write_picture_stroke
from services.frontend.views.draw.recent import get_snapshots
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.storage import NOT_A_DIGIT, StoredPrediction, TrueDigit, is_right

KEY = "opened-drawing"
TITLE = "A recent drawing"
AWAY = "The drawing can't be fetched right now. Try again in a moment."


@dataclass
class Opened:
    """`label` is newer than that of the prediction, once the person has changed it here.

    `is_to_go` is true once the person has asked to delete it, which takes a second tap.
    """

    prediction: StoredPrediction
    label: TrueDigit | None
    is_to_go: bool = False

    def keep(self) -> None:
        """Takes `ask_to_go` back."""
        self.is_to_go = False

    def ask_to_go(self) -> None:
        """The next run asks whether it is to be deleted for good."""
        self.is_to_go = True


def open_drawing(prediction: StoredPrediction) -> None:
    """The next run shows it in a dialog."""
    st.session_state[KEY] = Opened(prediction, prediction.label)


def close_drawing() -> None:
    """The next run shows no dialog."""
    st.session_state.pop(KEY, None)


def show_opened(state: DrawState) -> None:
    """The dialog, if a drawing is open. It is shown in every run until it is closed, so it survives a rerun."""
    if KEY in st.session_state:
        st.dialog(TITLE, width="medium", on_dismiss=close_drawing)(show_drawing)(state, st.session_state[KEY])


def show_drawing(state: DrawState, opened: Opened) -> None:
    """The content of the dialog."""
    if KEY not in st.session_state:
        st.rerun()  # a button has closed it, and has changed the page below
    prediction = opened.prediction
    try:
        picture = get_picture(prediction.id, get_storage())
    except (ServiceUnavailableError, RefusedError) as error:
        show_failure(AWAY, error)
        return
    st.html(opened_html(opened, picture))
    may_change = prediction.mine or get_identity().is_curator
    truth: TrueDigit = NOT_A_DIGIT if prediction.rejected else prediction.digit
    show_label_buttons(
        "opened-feedback",
        opened.label,
        partial(label_opened, state, opened),
        confirm="Right",
        on_confirm=partial(label_opened, state, opened, truth),
        is_confirmed=opened.label == truth,
        disabled=not may_change,
    )
    with st.container(horizontal=True, key="opened-actions"):
        if prediction.source == "canvas":
            show_closing_button(
                "Put on the canvas", ":material/draw:", "put-on-canvas", partial(put_on_canvas, state, opened)
            )
        if may_change and opened.is_to_go:  # "Keep" stands where "Delete" stood, so that two quick taps delete nothing
            st.button("Keep", icon=":material/undo:", key="opened-keep", on_click=opened.keep)
            show_closing_button(
                "Delete for good", ":material/delete:", "really-delete", partial(delete, state, prediction)
            )
        elif may_change:
            st.button("Delete", icon=":material/delete:", key="opened-delete", on_click=opened.ask_to_go)


def show_closing_button(words: str, icon: str, key: str, act: Callable[[], None]) -> None:
    """A button that closes the dialog when it has done its work."""

    def act_and_close() -> None:
        act()
        close_drawing()

    st.button(words, icon=icon, key=key, on_click=act_and_close)


def opened_html(opened: Opened, picture: str) -> str:
    """The picture and everything that is known about it. Its class says the theme, which a dialog does not inherit."""
    prediction, label = opened.prediction, opened.label
    rejected = prediction.rejected
    words = describe_label(prediction.digit, label, rejected=rejected)
    mark, tone = mark_label(prediction.digit, label, rejected=rejected), "rejected" if rejected else ""
    sure = f"{percent(prediction.confidence)} confident"
    sureness = f"The nearest digit is {prediction.digit}" if rejected else sure
    time = write_time(prediction.created_at, find_zone(st.context.timezone))
    return (
        f'<div class="opened {mark} {tone} {st.context.theme.type}" data-testid="opened" data-id="{prediction.id}">'
        f'<img alt="A drawing {words}" src="{picture}">'
        f'<div><div class="digit">{sign_answer(prediction.digit, rejected=rejected)}</div>'
        f'<b data-testid="opened-words">{words[0].upper()}{words[1:]}</b>'
        f"<span>{sureness}</span><small>{time}</small></div></div>"
    )


def label_opened(state: DrawState, opened: Opened, label: TrueDigit) -> None:
    """Labels it, or removes that label. The drawing on the canvas may be the same one."""
    prediction, outbox = opened.prediction, get_outbox()
    opened.label = None if opened.label == label else label
    on_canvas = state.predicted
    if on_canvas is not None and on_canvas.prediction.id == prediction.id:
        on_canvas.set_label(opened.label)
    outbox.label(prediction.id, opened.label)
    right = is_right(prediction.digit, opened.label, rejected=prediction.rejected)
    state.count_label(prediction.id, None if opened.label is None else right)
    outbox.wait(prediction.id, get_settle_s())
    forget_recent()


def put_on_canvas(state: DrawState, opened: Opened) -> None:
    """Draws its picture on the canvas, where it is the same drawing until the next stroke."""
    entry = Entry(opened.prediction.id, opened.label, finished=True)
    try:
        stroke = write_picture_stroke(get_storage().get_drawing(opened.prediction.id))
    except (ServiceUnavailableError, RefusedError) as error:
        st.toast(describe_failure(AWAY, error))
        return
    except UnshowablePictureError as error:
        st.toast(str(error))
        return
    state.start_from_strokes([stroke], entry)


def delete(state: DrawState, prediction: StoredPrediction) -> None:
    """Deletes it, and clears the canvas if it is there."""
    outbox = get_outbox()
    if state.predicted is not None and state.predicted.prediction.id == prediction.id:
        state.clear()
    outbox.discard(prediction.id)
    outbox.wait(prediction.id, get_settle_s())
    state.count_label(prediction.id, None)
    forget_thumbnail(prediction.id)
    forget_recent()


def forget_recent() -> None:
    """Shows the change in the strip and in the statistics."""
    forget_statistics()
    get_snapshots().mark_outdated(get_identity().key)
