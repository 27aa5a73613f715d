"""The drawing page: draw a digit, see what it is read as, say what it really was, find it in the history.

One fragment holds all that changes with a stroke, so that a stroke reruns nothing else.
"""

import base64
from pathlib import Path

import streamlit as st
import structlog
from streamlit.delta_generator import DeltaGenerator

from services.frontend.chosen_model import NOT_OURS, ask_chosen_model
from services.frontend.connections import connect, get_save_wait_s, get_statistics
from services.frontend.digit_score import get_digit_score_threshold
from services.frontend.elements.answer import answer_html, empty_html, judge
from services.frontend.outbox import Delivery, OutboxFullError
from services.frontend.views.draw.canvas import show_canvas
from services.frontend.views.draw.recent import show_recent
from services.frontend.views.draw.state import PageState, Reading, get_page_state
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.storage import PredictionToStore

logger = structlog.get_logger(__name__)

INVITATION = "Draw a digit from 0 to 9"
QUESTION = '<div class="question">Which digit is it really? <small>One tap; again takes it back.</small></div>'
KEY_HINTS = '<span class="keys">Keys: 0–9 say it, Z undoes, C clears</span>'
KEYS = f"<script>{(Path(__file__).parent / 'keys.js').read_text()}</script>"


@st.fragment
def show_workspace() -> None:
    """Canvas, answer, feedback and history. What can wait for the answer comes after it."""
    state = get_page_state()
    left, right = st.columns([1, 1.3], gap="medium")
    with left.container(border=True, key="pad"):
        show_pad(state)
    read_drawing(state)
    with right.container(border=True, key="result"):
        place_of_answer = st.empty()
        show_answer(state, place_of_answer)
        show_feedback(state)
        place_of_saved = st.empty()
    show_saved(state, place_of_saved)
    if explain(state.reading):
        show_answer(state, place_of_answer)
    with st.container(border=True, key="history"):
        show_recent(state.judged)


def show_pad(state: PageState) -> None:
    """The canvas with its controls."""
    with st.container(horizontal=True, vertical_alignment="center", key="pad-bar", gap="xsmall"):
        st.button("Undo", icon=":material/undo:", on_click=state.undo, key="undo")
        st.button("Clear", icon=":material/delete:", on_click=state.clear, key="clear")
        st.space("stretch")
        state.predict_asked = st.button("Predict", key="predict", type="primary")
    pen_width = st.session_state.get("pen_width", state.pen_width)
    with st.container(horizontal_alignment="center", key="canvas-wrap"):
        state.take(show_canvas(pen_width, state.initial))
    with st.container(horizontal=True, vertical_alignment="bottom", key="pen-bar"):
        state.pen_width = st.slider("Pen width", 4, 40, state.pen_width, key="pen_width")
        state.live = st.toggle("Live", state.live, key="live", help="Read after every stroke, without pressing Predict")
        state.keys = st.toggle("Keys", state.keys, key="keys", help="0–9 say what it is, Z undoes, C clears")


def read_drawing(state: PageState) -> None:
    """Asks inference for what is on the canvas: live, where Predict was pressed, or where it gave no answer before."""
    is_asked = state.live or state.predict_asked or state.unanswered > 0
    if state.drawing is None or state.reading is not None or not is_asked:
        return
    state.problem = None
    drawing = state.drawing
    try:
        prediction = ask_chosen_model(lambda model: connect().inference.predict(drawing, model=model))
    except ServiceUnavailableError as error:
        logger.warning("drawing_not_read", reason=str(error))
        state.fail("The recogniser can't be reached")
    except RefusedError as refused:
        state.problem = refused.problem.detail
        state.forget_failures()
    else:
        state.forget_failures()
        state.reading = Reading(drawing, prediction, get_digit_score_threshold(prediction.model))
        if state.label_to_come is not None:
            state.label(state.label_to_come)
            state.label_to_come = None


def hand_over(reading: Reading, before: Reading | None) -> None:
    """Gives the prediction to the outbox, in place of the one before the last stroke unless that has a label."""
    prediction = reading.prediction
    to_store = PredictionToStore(
        **prediction.model_dump(include={"digit", "confidence", "probabilities", "digit_score", "model"}),
        drawing=base64.b64encode(reading.drawing),
        source="canvas",
        created_at=reading.read_at,
    )
    replaces = before.prediction.id if before is not None and before.label is None else None
    connect().outbox.save(prediction.id, to_store, replaces)
    if reading.label is not None:
        connect().outbox.label(prediction.id, reading.label)
    reading.handed_over = True


def explain(reading: Reading | None) -> bool:
    """Whether there is an explanation that was not there before. The page does without one where it can't be had."""
    if reading is None or reading.explanation is not None or reading.prediction.model.name == NOT_OURS:
        return False
    try:
        reading.explanation = connect().inference.explain(reading.drawing, model=str(reading.prediction.model))
    except (ServiceUnavailableError, RefusedError):
        return False
    return True


def show_answer(state: PageState, place: DeltaGenerator) -> None:
    """The answer, or the invitation to draw, or why there is none."""
    reading = state.reading
    if reading is not None:
        verdict = judge(reading.prediction, reading.digit_score_threshold)
        place.html(answer_html(reading.prediction, verdict, reading.explanation))
    elif state.drawing is None:
        place.html(empty_html(INVITATION))
    else:
        place.html(empty_html(state.problem or "Press Predict to read it"))


def show_feedback(state: PageState) -> None:
    """Ten buttons; the one that is the label is filled, and pressing it again takes it back."""
    reading = state.reading
    st.html(QUESTION)
    with st.container(horizontal=True, key="feedback", gap="xxsmall"):
        for digit in range(10):
            chosen = reading is not None and reading.label == digit
            st.button(
                str(digit),
                key=f"feedback-{digit}",
                type="primary" if chosen else "secondary",
                disabled=reading is None,
                on_click=give_label,
                args=(state, digit),
            )


def give_label(state: PageState, digit: int) -> None:
    """Labels the drawing, or takes the label back where it is that one already."""
    state.label(digit)
    if state.reading is not None and state.reading.handed_over:  # else the label goes with the prediction
        connect().outbox.label(state.reading.prediction.id, state.reading.label)


def show_saved(state: PageState, place: DeltaGenerator) -> None:
    """Says whether storage has what is on the page."""
    reading = state.reading
    words, saved = "&nbsp;", ""
    if reading is not None:
        delivery = deliver(reading, state.before)
        reading.saved = delivery is Delivery.SAVED
        labelled = "" if reading.label is None else f" as {reading.label}"
        words = f"Saved{labelled}" if reading.saved else f"Not saved yet{labelled}: {delivery.value}"
        saved = str(reading.saved).lower()
    told = f'<span role="status" data-testid="saved" data-saved="{saved}">{words}</span>'
    place.html(f'<div class="saved">{told}{KEY_HINTS if state.keys else ""}</div>')


def deliver(reading: Reading, before: Reading | None) -> Delivery:
    """Hands over what the outbox does not have, and waits a moment for storage where it is there."""
    if reading.saved:
        return Delivery.SAVED
    is_relabelled = reading.handed_over
    if not is_relabelled:
        try:
            hand_over(reading, before)
        except OutboxFullError:
            return Delivery.FULL
    delivery = connect().outbox.wait(reading.prediction.id, get_save_wait_s())
    if is_relabelled:
        get_statistics.clear()
    return delivery


get_page_state().restore()
show_workspace()
st.html(KEYS, unsafe_allow_javascript=True)
