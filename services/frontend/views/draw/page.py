"""The Draw page: canvas, prediction, label, and the recent drawings.

Everything that a stroke changes is in one fragment, so a stroke reruns nothing else. The answer never waits for
storage: what storage has not confirmed when the run ends is shown by a later run.
"""

from math import isfinite
from pathlib import Path

import streamlit as st
import structlog
from streamlit.delta_generator import DeltaGenerator

from services.frontend.connections import (
    check_health,
    connect,
    forget_statistics,
    get_digit_score_threshold,
    get_settle_s,
)
from services.frontend.elements.answer import LABEL_HINT, answer_html, describe_confidence, empty_html
from services.frontend.elements.sentences import describe_delivery
from services.frontend.saving.outbox import Delivery
from services.frontend.saving.predicted_drawing import PredictedDrawing
from services.frontend.session.chosen_model import ask_chosen_model, get_chosen_model
from services.frontend.session.draw_state import DrawState, can_retry, get_draw_state
from services.frontend.session.identity import get_identity, get_outbox
from services.frontend.session.sheet import PEN_WIDTHS, is_canvas_on_page
from services.frontend.views.draw.asking import ask, ask_about_touching
from services.frontend.views.draw.canvas import show_canvas
from services.frontend.views.draw.number import NOT_SAVED, number_html
from services.frontend.views.draw.recent import get_snapshots, show_recent
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.page import PageReading
from shared.contracts.storage import NOT_A_DIGIT, TrueDigit

logger = structlog.get_logger(__name__)

FOLLOW_EVERY_S = 2.0
AWAY = "The recogniser can't be reached"
INVITATION = "Draw a digit from 0 to 9, or a number"
QUESTION = f'<div class="question">Which digit did you draw? <small>{LABEL_HINT}</small></div>'
KEYS_IN_WORDS = "0–9 label, N not a digit, Z undo, C clear"
KEY_HINTS = f'<span class="keys">Keys: {KEYS_IN_WORDS}</span>'
KEYS = f"<script>{(Path(__file__).parent / 'keys.js').read_text()}</script>"


@st.fragment
def show_workspace() -> None:
    """Shows the whole page. The answer comes first; saving and the recent drawings follow."""
    state = get_draw_state()
    left, right = st.columns([1, 1.3], gap="medium")
    with left.container(border=True, key="pad"):
        show_pad(state)
    predict_drawing(state)
    with right.container(border=True, key="result"):
        show_answer(state)
        show_label_buttons(state)
        place_of_saved = st.empty()
    look_for_number(state)
    is_settled = show_saved(state, place_of_saved)
    with st.container(border=True, key="recent"):
        coming = show_recent(state.labelled, get_settle_s() if is_settled else 0.0)
    if not is_settled or coming is not None or isfinite(state.retry_at):
        follow(state, coming)


@st.fragment(run_every=FOLLOW_EVERY_S)
def follow(state: DrawState, coming: int | None) -> None:
    """Reruns the page as soon as it has more to show. This ends when the workspace calls it no longer.

    `coming` is the version of the recent drawings that this visitor has not seen.
    """
    has_come = coming is not None and get_snapshots().has(get_identity().key, coming)
    if (
        has_come
        or can_retry(state, check_health())
        or (state.predicted is not None and state.predicted.can_progress(get_outbox()))
    ):
        st.rerun()


def show_pad(state: DrawState) -> None:
    """The canvas and its controls."""
    with st.container(horizontal=True, vertical_alignment="center", key="pad-bar", gap="xsmall"):
        st.button("Undo", icon=":material/undo:", on_click=state.undo, key="undo")
        st.button("Clear", icon=":material/delete:", on_click=state.clear, key="clear")
        st.space("stretch")
        state.predict_pressed = st.button("Predict", key="predict", type="primary")
    pen_width = st.session_state.get("pen_width", state.pen_width)
    with st.container(horizontal_alignment="center", key="canvas-wrap"):
        state.take_sheet(show_canvas(pen_width, state.initial))
    with st.container(horizontal=True, vertical_alignment="bottom", key="pen-bar"):
        state.pen_width = st.slider("Pen width", *PEN_WIDTHS, state.pen_width, key="pen_width")
        state.live = st.toggle("Live", state.live, key="live", help="Read the drawing after every stroke")
        state.keys = st.toggle("Keys", state.keys, key="keys", help=f"Use the keyboard: {KEYS_IN_WORDS}")


def predict_drawing(state: DrawState) -> None:
    """Asks for an answer if there is none: live, after Predict was pressed, or after a request without an answer."""
    is_wanted = state.live or state.predict_pressed or state.failures > 0
    if state.drawing is None or state.is_answered or not is_wanted:
        return
    if not check_health().inference:
        state.wait(AWAY)
        return
    state.problem = None
    drawing = state.drawing
    try:
        answer = ask_chosen_model(lambda model: ask(drawing, state.strokes, model))
    except ServiceUnavailableError as error:
        logger.warning("prediction_failed", reason=str(error))
        state.fail(AWAY)
    except RefusedError as refused:
        state.problem = refused.problem.detail
        state.forget_failures()
    else:
        if isinstance(answer, PageReading):
            state.take_number(answer)
        else:
            state.take_prediction(drawing, answer, get_digit_score_threshold(answer.model))


def look_for_number(state: DrawState) -> None:
    """A new drawing that was rejected may be several digits that touch. If so, the page is shown with the number."""
    predicted = state.predicted
    if predicted is None or predicted.handed_over or not predicted.is_rejected or predicted.label is not None:
        return
    number = ask_about_touching(predicted.drawing, state.strokes, get_chosen_model())
    if number is not None:
        state.predicted = None
        state.take_number(number)
        st.rerun()


def show_answer(state: DrawState) -> None:
    """The prediction or the number, or a sentence: what to do, or what went wrong."""
    if state.predicted is not None:
        prediction = state.predicted.prediction
        verdict = describe_confidence(prediction, state.predicted.digit_score_threshold)
        st.html(answer_html(prediction, verdict, prediction.saliency))
    elif state.number is not None:
        st.html(number_html(state.number))
    elif state.drawing is None:
        st.html(empty_html(INVITATION))
    else:
        st.html(empty_html(state.problem or "Press Predict to read your drawing"))


def show_label_buttons(state: DrawState) -> None:
    """Ten buttons, and one for what is not a digit. The label is filled; pressing it again removes it."""
    st.html(QUESTION)
    with st.container(horizontal=True, key="feedback", gap="xxsmall"):
        for digit in range(10):
            show_label_button(state, digit, str(digit))
        show_label_button(state, NOT_A_DIGIT, "Not a digit")


def show_label_button(state: DrawState, label: TrueDigit, words: str) -> None:
    """One of the buttons. It is disabled without a prediction."""
    current = None if state.predicted is None else state.predicted.label
    st.button(
        words,
        key=f"feedback-{label}",
        type="primary" if label == current else "secondary",
        disabled=state.predicted is None,
        on_click=label_drawing,
        args=(state, label),
    )


def label_drawing(state: DrawState, label: TrueDigit) -> None:
    """Labels the drawing, or removes that label."""
    state.toggle_label(label)
    if state.predicted is not None:
        state.predicted.send_label(get_outbox())


def show_saved(state: DrawState, place: DeltaGenerator) -> bool:
    """Saves the prediction and the label, says whether storage has them, and returns whether that can't change.

    The sentence is shown before the wait for storage as well, because without it the page below would move.
    """
    predicted = state.predicted
    if predicted is None:
        words = "&nbsp;" if state.number is None else NOT_SAVED
        show_status(words, "", place, with_hints=state.keys and state.number is None)
        return True
    was_saved, has_new_label = predicted.saved, predicted.handed_over and not predicted.saved
    delivery = Delivery.WAITING
    for timeout_s in (0.0, get_settle_s()):
        if delivery is Delivery.WAITING:
            delivery = save(predicted, state.replaced, timeout_s)
            words = describe_delivery(delivery, predicted.label, is_storage_away=not check_health().storage)
            show_status(words, str(delivery is Delivery.SAVED).lower(), place, with_hints=state.keys)
    if delivery is Delivery.SAVED and not was_saved:
        if has_new_label:
            forget_statistics()
        get_snapshots().mark_outdated(get_identity().key)
    return delivery in {Delivery.SAVED, Delivery.REFUSED}


def show_status(words: str, saved: str, place: DeltaGenerator, *, with_hints: bool) -> None:
    """The line below the label buttons. `saved` is `true`, `false`, or empty if there is no prediction."""
    status = f'<span role="status" data-testid="saved" data-saved="{saved}">{words}</span>'
    place.html(f'<div class="saved">{status}{KEY_HINTS if with_hints else ""}</div>')


def save(predicted: PredictedDrawing, replaced: PredictedDrawing | None, timeout_s: float) -> Delivery:
    """Saves the prediction in place of the one before the last stroke, unless that one has a label."""
    replaces = replaced.prediction.id if replaced is not None and replaced.label is None else None
    is_new = not predicted.handed_over
    delivery = predicted.save(get_outbox(), timeout_s, replaces)
    if is_new and predicted.handed_over:
        connect().shadow_answers.offer(predicted.prediction, get_identity().key, replaces)
    return delivery


get_draw_state().restore()
if not is_canvas_on_page():  # the visitor has just come
    get_snapshots().mark_outdated(get_identity().key)
show_workspace()
st.html(KEYS, unsafe_allow_javascript=True)
