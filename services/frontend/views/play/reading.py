"""Asks the model for the digit on the canvas of a game, and saves it with the rights of the player."""

import streamlit as st
import structlog

from services.frontend.connections import check_health, connect, forget_statistics, get_answer_threshold
from services.frontend.saving.outbox import Delivery
from services.frontend.saving.predicted_drawing import PredictedDrawing
from services.frontend.session import canvas_saving
from services.frontend.session.chosen_model import ask_chosen_model
from services.frontend.session.identity import get_outbox
from services.frontend.views.play.pad import Pad
from shared.clients.service import RefusedError, ServiceUnavailableError

logger = structlog.get_logger(__name__)

FOLLOW_EVERY_S = 2.0
AWAY = "The recogniser can't be reached. It goes on as soon as it is back."


def read(pad: Pad) -> None:
    """Reads the drawing, if it was not read yet."""
    drawing = pad.drawing
    if drawing is None or pad.predicted is not None:
        return
    if not check_health().inference:
        pad.problem = AWAY
        return
    try:
        prediction = ask_chosen_model(lambda model: connect().inference.predict(drawing, model=model))
    except ServiceUnavailableError as error:
        logger.warning("prediction_failed", reason=str(error))
        pad.problem = AWAY
    except RefusedError as refused:
        pad.problem = refused.problem.detail
    else:
        threshold = get_answer_threshold(prediction)
        pad.predicted = PredictedDrawing(drawing=drawing, prediction=prediction, digit_score_threshold=threshold)
        pad.problem = None


def save(predicted: PredictedDrawing, timeout_s: float = 0.0) -> Delivery:
    """Hands the drawing, with its label if it has one, to the outbox, as the Draw page does."""
    was_saved = predicted.saved
    delivery = canvas_saving.save(predicted, None, timeout_s)
    if predicted.saved and not was_saved:
        forget_statistics()
    return delivery


@st.fragment(run_every=FOLLOW_EVERY_S)
def follow_saving(predicted: PredictedDrawing) -> None:
    """Shows the page again once the drawing is saved. This ends when the page calls it no longer."""
    if predicted.can_progress(get_outbox()):
        st.rerun()
