"""The Draw page: canvas, prediction, label, and the recent drawings.

Everything that a stroke changes is in one fragment, so a stroke reruns nothing else.
"""

from pathlib import Path

import streamlit as st
import structlog
from streamlit.delta_generator import DeltaGenerator

from services.frontend.connections import connect, get_digit_score_threshold, get_save_wait_s, get_statistics
from services.frontend.elements.answer import LABEL_HINT, answer_html, describe_confidence, empty_html
from services.frontend.elements.sentences import describe_delivery
from services.frontend.saving.outbox import Delivery
from services.frontend.saving.predicted_drawing import PredictedDrawing
from services.frontend.session.chosen_model import EXTERNAL_NAME, ask_chosen_model
from services.frontend.session.draw_state import DrawState, get_draw_state
from services.frontend.session.sheet import PEN_WIDTHS
from services.frontend.views.draw.canvas import show_canvas
from services.frontend.views.draw.recent import show_recent
from shared.clients.service import RefusedError, ServiceUnavailableError

logger = structlog.get_logger(__name__)

INVITATION = "Draw a digit from 0 to 9"
QUESTION = f'<div class="question">Which digit did you draw? <small>{LABEL_HINT}</small></div>'
KEY_HINTS = '<span class="keys">Keys: 0–9 label, Z undo, C clear</span>'
KEYS = f"<script>{(Path(__file__).parent / 'keys.js').read_text()}</script>"


@st.fragment
def show_workspace() -> None:
    """Shows the whole page. The answer comes first; saving, explanation and recent drawings follow."""
    state = get_draw_state()
    left, right = st.columns([1, 1.3], gap="medium")
    with left.container(border=True, key="pad"):
        show_pad(state)
    predict_drawing(state)
    with right.container(border=True, key="result"):
        place_of_answer = st.empty()
        show_answer(state, place_of_answer)
        show_label_buttons(state)
        place_of_saved = st.empty()
    show_saved(state, place_of_saved)
    if explain(state):
        show_answer(state, place_of_answer)
    with st.container(border=True, key="recent"):
        show_recent(state.labelled)


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
        state.keys = st.toggle("Keys", state.keys, key="keys", help="Use the keyboard: 0–9 label, Z undo, C clear")


def predict_drawing(state: DrawState) -> None:
    """Asks for a prediction if there is none: live, after Predict was pressed, or after a request without an answer."""
    is_wanted = state.live or state.predict_pressed or state.failures > 0
    if state.drawing is None or state.predicted is not None or not is_wanted:
        return
    state.problem = None
    drawing = state.drawing
    try:
        prediction = ask_chosen_model(lambda model: connect().inference.predict(drawing, model=model))
    except ServiceUnavailableError as error:
        logger.warning("prediction_failed", reason=str(error))
        state.fail("The recogniser can't be reached")
    except RefusedError as refused:
        state.problem = refused.problem.detail
        state.forget_failures()
    else:
        state.take_prediction(drawing, prediction, get_digit_score_threshold(prediction.model))


def explain(state: DrawState) -> bool:
    """Returns whether there is a new explanation. The page works without one."""
    predicted = state.predicted
    if predicted is None or state.explanation is not None or predicted.prediction.model.name == EXTERNAL_NAME:
        return False
    try:
        state.explanation = connect().inference.explain(predicted.drawing, model=str(predicted.prediction.model))
    except (ServiceUnavailableError, RefusedError):
        return False
    return True


def show_answer(state: DrawState, place: DeltaGenerator) -> None:
    """The prediction, or a sentence: what to do, or what went wrong."""
    if state.predicted is not None:
        prediction = state.predicted.prediction
        verdict = describe_confidence(prediction, state.predicted.digit_score_threshold)
        place.html(answer_html(prediction, verdict, state.explanation))
    elif state.drawing is None:
        place.html(empty_html(INVITATION))
    else:
        place.html(empty_html(state.problem or "Press Predict to read your drawing"))


def show_label_buttons(state: DrawState) -> None:
    """Ten buttons. The label is filled; pressing it again removes it."""
    label = None if state.predicted is None else state.predicted.label
    st.html(QUESTION)
    with st.container(horizontal=True, key="feedback", gap="xxsmall"):
        for digit in range(10):
            st.button(
                str(digit),
                key=f"feedback-{digit}",
                type="primary" if digit == label else "secondary",
                disabled=state.predicted is None,
                on_click=label_drawing,
                args=(state, digit),
            )


def label_drawing(state: DrawState, digit: int) -> None:
    """Labels the drawing with the digit, or removes that label."""
    state.toggle_label(digit)
    if state.predicted is not None:
        state.predicted.send_label(connect().outbox)


def show_saved(state: DrawState, place: DeltaGenerator) -> None:
    """Saves the prediction and the label, and says whether storage has them."""
    words, saved = "&nbsp;", ""
    if state.predicted is not None:
        delivery = save(state.predicted, state.replaced)
        words = describe_delivery(delivery, state.predicted.label)
        saved = str(delivery is Delivery.SAVED).lower()
    status = f'<span role="status" data-testid="saved" data-saved="{saved}">{words}</span>'
    place.html(f'<div class="saved">{status}{KEY_HINTS if state.keys else ""}</div>')


def save(predicted: PredictedDrawing, replaced: PredictedDrawing | None) -> Delivery:
    """Saves the prediction in place of the one before the last stroke, unless that one has a label."""
    has_new_label = predicted.handed_over and not predicted.saved
    replaces = replaced.prediction.id if replaced is not None and replaced.label is None else None
    delivery = predicted.save(connect().outbox, get_save_wait_s(), replaces)
    if has_new_label:
        get_statistics.clear()
    return delivery


get_draw_state().restore()
show_workspace()
st.html(KEYS, unsafe_allow_javascript=True)
