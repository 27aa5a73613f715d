"""The drawing page: draw a digit, see what it is read as, say what it really was, find it in the history.

One fragment holds all that changes with a stroke, so that a stroke reruns nothing else.
"""

import base64

import streamlit as st

from services.frontend.answer import answer_html, empty_html, judge
from services.frontend.canvas import show_canvas
from services.frontend.chosen_model import get_chosen_model
from services.frontend.connections import check_health, connect
from services.frontend.outbox import Delivery, OutboxFullError
from services.frontend.page_state import PageState, Reading, get_page_state
from services.frontend.recent import get_statistics, show_history
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.message import ModelVersion
from shared.contracts.storage import PredictionToStore

INVITATION = "Draw a digit from 0 to 9"
SAVE_WAIT_S = 0.7  # a stroke waits this long for «saved»; after that the page goes on and the outbox keeps trying


@st.fragment
def show_workspace() -> None:
    """Canvas, answer, feedback and history."""
    state = get_page_state()
    left, right = st.columns([1, 1.15], gap="medium")
    with left.container(border=True, key="pad"):
        show_pad(state)
    read_drawing(state)
    with right.container(border=True, key="result"):
        show_answer(state)
        show_feedback(state)
        place_of_saved = st.empty()
    with place_of_saved:
        show_saved(state)
    with st.container(border=True, key="history"):
        show_history()


def show_pad(state: PageState) -> None:
    """The canvas with its controls."""
    with st.container(horizontal=True, vertical_alignment="center", key="pad-bar", gap="xsmall"):
        st.button("Undo", icon=":material/undo:", on_click=state.undo, key="undo")
        st.button("Clear", icon=":material/delete:", on_click=state.clear, key="clear")
        st.space("stretch")
        state.predict_asked = st.button("Predict", key="predict", type="primary")
    pen_width = st.session_state.get("pen_width", 20)
    with st.container(horizontal_alignment="center", key="canvas-wrap"):
        state.take(show_canvas(pen_width, state.initial))
    with st.container(horizontal=True, vertical_alignment="bottom", key="pen-bar"):
        st.slider("Pen width", 4, 40, 20, key="pen_width")
        st.toggle("Live", value=True, key="live", help="Read after every stroke, without pressing Predict")


def read_drawing(state: PageState) -> None:
    """Asks inference where what is on the canvas has not been read, and live reading is on or Predict was pressed."""
    wanted = st.session_state.get("live", True) or state.predict_asked
    if state.drawing is None or state.reading is not None or not wanted:
        return
    state.problem = None
    try:
        prediction = connect().inference.predict(state.drawing, model=get_chosen_model())
    except ServiceUnavailableError:
        state.problem = "The recogniser can't be reached"
    except RefusedError as refused:
        state.problem = refused.problem.detail
    else:
        state.reading = Reading(state.drawing, prediction, get_digit_score_threshold(prediction.model))


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


def show_answer(state: PageState) -> None:
    """The answer, or the invitation to draw, or why there is none."""
    if state.reading is not None:
        prediction = state.reading.prediction
        st.html(answer_html(prediction, judge(prediction, state.reading.digit_score_threshold)))
    elif state.drawing is None:
        st.html(empty_html(INVITATION))
    else:
        st.html(empty_html(state.problem or "Press Predict to read it"))


def get_digit_score_threshold(model: ModelVersion) -> float:
    """Below this score the page says that it does not look like a digit; where it is not known it never says so."""
    try:
        return get_digit_score_thresholds(model)[str(model)]
    except (ServiceUnavailableError, RefusedError, KeyError):
        return 0.0


@st.cache_data(show_spinner=False)
def get_digit_score_thresholds(wanted: ModelVersion) -> dict[str, float]:  # asked anew for a model not seen before
    """By «name/version». A model version never changes."""
    models = connect().inference.list_models().models
    return {f"{known.name}/{known.version}": known.digit_score_threshold for known in models}


def show_feedback(state: PageState) -> None:
    """Ten buttons; the one that is the label is filled, and pressing it again takes it back."""
    reading = state.reading
    st.html('<div class="question" id="feedback-question">Which digit is it really?</div>')
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
    if state.reading is None:
        return
    state.reading.label = None if state.reading.label == digit else digit
    state.reading.saved = False
    if state.reading.handed_over:  # else the label goes with the prediction: storage has nothing to label yet
        connect().outbox.label(state.reading.prediction.id, state.reading.label)


def show_saved(state: PageState) -> None:
    """Says whether storage has what is on the page."""
    reading = state.reading
    words, saved = "&nbsp;", ""
    if reading is not None:
        delivery = deliver(reading, state.before)
        reading.saved = delivery is Delivery.SAVED
        labelled = "" if reading.label is None else f" as {reading.label}"
        words = f"Saved{labelled}" if reading.saved else f"Not saved yet{labelled}: {delivery.value}"
        saved = str(reading.saved).lower()
    st.html(f'<div class="saved" data-testid="saved" data-saved="{saved}">{words}</div>')


def deliver(reading: Reading, before: Reading | None) -> Delivery:
    """Hands over what the outbox does not have, and waits a moment for storage where it is there."""
    if reading.saved:
        return Delivery.SAVED
    if not reading.handed_over:
        try:
            hand_over(reading, before)
        except OutboxFullError:
            return Delivery.REFUSED
    delivery = connect().outbox.wait(reading.prediction.id, SAVE_WAIT_S if check_health().storage else 0.0)
    get_statistics.clear()
    return delivery


show_workspace()
