"""The Draw page: canvas, prediction, label, and the recent drawings.

Everything that a stroke changes is in one fragment, so a stroke reruns nothing else. The answer never waits for
storage: what storage has not confirmed when the run ends is shown by a later run.
"""

from math import isfinite
from pathlib import Path

import streamlit as st
import structlog

from services.frontend.connections import check_health, get_answer_threshold, get_settle_s
from services.frontend.elements.answer import answer_html, describe_confidence, empty_answer_html
from services.frontend.elements.answer_details import details_html, empty_details_html
from services.frontend.elements.canvas import show_canvas
from services.frontend.elements.sentences import describe_failure
from services.frontend.session.chosen_model import ask_chosen_model, get_chosen_model
from services.frontend.session.draw_state import DrawState, can_retry, get_draw_state
from services.frontend.session.identity import get_identity, get_outbox
from services.frontend.session.kept_drawing import keep_drawing
from services.frontend.session.sheet import PEN_WIDTHS, is_canvas_on_page
from services.frontend.views.draw.asking import (
    ask,
    ask_about_touching,
    explain_later,
    find_threshold,
    is_external,
    is_map_due,
    lacks_map,
)
from services.frontend.views.draw.examples import STYLE, show_examples
from services.frontend.views.draw.hint import show_hint
from services.frontend.views.draw.number import number_details_html, number_html
from services.frontend.views.draw.opened import show_opened
from services.frontend.views.draw.recent import get_snapshots
from services.frontend.views.draw.recent_strip import show_recent
from services.frontend.views.draw.status import find_saved, show_saved
from services.frontend.views.draw.truth import finish_if_wanted, get_truth, show_truth, take_back_number
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.inference import Prediction
from shared.contracts.page import PageReading
from shared.web.request_id import begin_request

logger = structlog.get_logger(__name__)

FOLLOW_EVERY_S = 2.0
TITLE = '<h1 class="draw-title">Draw a digit</h1>'
AWAY = "The recogniser can't be reached"
INVITATION = "Draw a digit from 0 to 9, or a number"
PRESS_PREDICT = "Press Predict to read your drawing"
THEN_CLEAR = "Clears the canvas for the next drawing as soon as you have said what this one is"
KEYS_IN_WORDS = "Enter right, 0–9 label, N not a digit, Z undo, Y redo, C clear, E eraser"
KEY_HINTS = "Keys: " + ", ".join(key.replace(" ", "&nbsp;") for key in KEYS_IN_WORDS.split(", "))
KEYS = f"<script>{(Path(__file__).parent / 'keys.js').read_text()}</script>"


@st.fragment
def show_workspace() -> None:
    """Shows the whole page: the canvas, the answer, then the controls, saving and the recent drawings.

    With the controls before the answer, the browser would still be busy with them when the answer arrives.
    """
    begin_request()  # each stroke that is read and saved
    state = get_draw_state()
    left, right = st.columns([1, 1.3], gap="medium")
    with left.container(border=True, key="pad"):
        bar = st.container(horizontal=True, vertical_alignment="center", key="pad-bar", gap="xsmall")
        show_pad(state)
        pen_bar = st.container(horizontal=True, vertical_alignment="center", key="pen-bar")
    predict_drawing(state)
    result = right.container(border=True, key="result")
    with result:
        show_answer(state)
    with bar:
        show_bar(state)
    with pen_bar:
        show_pen_bar(state)
    with result:
        show_truth(state)
        with st.container(horizontal=True, vertical_alignment="center", key="saved-bar"):
            place_of_saved = st.empty()
            show_then_clear()
        show_details(state)
        st.html(f'<p class="key-hints">{KEY_HINTS if state.keys else "&nbsp;"}</p>')
    keep_drawing(state)  # after the answer, which it would make wait
    look_for_number(state)
    is_settled = show_saved(state, place_of_saved)
    if right.button("Look inside", icon=":material/visibility:", key="look-inside", type="tertiary"):
        st.switch_page("views/look_inside/page.py")
    show_examples(state.start_from_strokes)
    with st.container(border=True, key="recent"):
        coming = show_recent(state.labelled, get_settle_s() if is_settled else 0.0)
    show_opened(state)
    is_unexplained = state.predicted is not None and lacks_map(state.predicted.prediction)
    if not is_settled or coming is not None or isfinite(state.retry_at) or is_unexplained:
        follow(state, coming)


@st.fragment(run_every=FOLLOW_EVERY_S)
def follow(state: DrawState, coming: int | None) -> None:
    """Reruns the page as soon as it has more to show. This ends when the workspace calls it no longer.

    `coming` is the version of the recent drawings that this visitor has not seen.
    """
    has_come = coming is not None and get_snapshots().has(get_identity().key, coming)
    saved = find_saved(state)
    can_progress = saved is not None and saved.can_progress(get_outbox())
    if has_come or can_progress or can_retry(state, check_health()) or is_map_due(state.predicted):
        st.rerun()


def show_pad(state: DrawState) -> None:
    """The canvas, which says what is drawn."""
    with st.container(horizontal_alignment="center", key="canvas-wrap"):
        state.take_sheet(
            show_canvas(st.session_state.get("pen_width", state.pen_width), state.initial, erasing=state.erasing)
        )
        show_hint(is_empty=state.drawing is None, has_drawn=state.steps.is_begun)


def show_pen_bar(state: DrawState) -> None:
    """The controls below the canvas.

    Each control carries its value as its default, too. A value that only stands in the session is sent once, and that
    message is dropped if the next run begins before it has left: the browser then shows and sends back "off".
    """
    state.pen_width = st.slider("Pen width", *PEN_WIDTHS, state.pen_width, key="pen_width")
    state.live = st.toggle("Live", state.live, key="live", help="Read the drawing after every stroke")
    state.keys = st.toggle("Keys", state.keys, key="keys", help=f"Use the keyboard: {KEYS_IN_WORDS}")


def show_bar(state: DrawState) -> None:
    """The buttons above the canvas. What they do depends on what the canvas has sent."""
    st.button("Undo", icon=":material/undo:", on_click=state.undo, key="undo")
    st.button("Redo", icon=":material/redo:", on_click=state.redo, key="redo", disabled=not state.steps.future)
    st.button(
        "Eraser",
        icon=":material/ink_eraser:",
        on_click=state.toggle_eraser,
        key="eraser",
        type="primary" if state.erasing else "secondary",
    )
    st.button("Clear", icon=":material/delete:", on_click=state.clear, key="clear")
    st.space("stretch")
    st.button("Predict", key="predict", type="primary")


def predict_drawing(state: DrawState) -> None:
    """Asks for an answer if there is none: live, after Predict was pressed, or after a request without an answer.

    This comes before the controls, so what they say is in the session.
    """
    is_live, is_pressed = st.session_state.get("live", state.live), st.session_state.get("predict", False)
    is_wanted = is_live or is_pressed or state.failures > 0 or state.entry is not None
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
        state.fail(describe_failure(AWAY, error))
    except RefusedError as refused:
        state.problem = refused.problem.detail
        state.forget_failures()
    else:
        take_answer(state, drawing, answer)


def take_answer(state: DrawState, drawing: bytes, answer: Prediction | PageReading) -> None:
    """Takes over the answer. The label may have come before it, and then the canvas may be cleared for the next one.

    While this run waited for it, a later run may have put another drawing on the canvas, or answered this one.
    """
    if drawing != state.drawing or state.is_answered:
        return
    take_back_number(state)
    if isinstance(answer, PageReading):
        state.take_number(answer)
        return
    is_labelled = state.early_label is not None
    state.take_prediction(drawing, answer, get_answer_threshold(answer))
    if is_labelled and finish_if_wanted(state):
        st.rerun()


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
        st.html(answer_html(prediction, describe_confidence(prediction, state.predicted.digit_score_threshold)))
    elif state.number is not None:
        st.html(number_html(state.number, find_threshold(state.number)))
    else:
        st.html(empty_answer_html(INVITATION if state.drawing is None else state.problem or PRESS_PREDICT))


def show_details(state: DrawState) -> None:
    """What stands behind the answer. A map that was missing may come with a request of its own."""
    if state.predicted is not None:
        explain_later(state.predicted)
        prediction = state.predicted.prediction
        verdict = describe_confidence(prediction, state.predicted.digit_score_threshold)
        st.html(details_html(prediction, verdict, prediction.saliency, is_external=is_external(prediction)))
    elif state.number is not None:
        st.html(number_details_html(state.number, find_threshold(state.number)))
    else:
        st.html(empty_details_html())


def show_then_clear() -> None:
    """Whether a label also clears the canvas for the next drawing."""
    truth = get_truth()
    truth.then_clear = st.toggle("Then clear", truth.then_clear, key="then-clear", help=THEN_CLEAR)


get_draw_state().restore()
if not is_canvas_on_page():  # the visitor has just come
    get_snapshots().mark_outdated(get_identity().key)
st.html(TITLE)
st.html(STYLE)
show_workspace()
st.html(KEYS, unsafe_allow_javascript=True)
