"""A drawing → the answer to show: the prediction of one digit, or the reading of several.

A drawing of one digit is one request. If its strokes stand apart, inference is asked for all digits first. If a
drawing of several strokes is rejected as a digit, it may be several that touch. Reading those takes much longer than
the prediction, so the page shows the prediction first.
"""

from threading import BoundedSemaphore

import streamlit as st

from services.frontend.connections import connect, get_answer_threshold
from services.frontend.saving.predicted_drawing import PredictedDrawing
from services.frontend.session.chosen_model import EXTERNAL_NAME, reads_pages
from services.frontend.session.sheet import Strokes
from services.frontend.views.draw.strokes import has_several_parts
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.inference import Prediction
from shared.contracts.page import PageReading

AT_ONCE = 2  # readings; inference reads one after the other, each in a twentieth to a tenth of a second


@st.cache_resource
def find_places() -> BoundedSemaphore:
    """The places of those who may ask for a reading now, for all visitors of the process."""
    return BoundedSemaphore(AT_ONCE)


def ask(drawing: bytes, strokes: Strokes, model: str | None) -> Prediction | PageReading:
    """A reading has at least two digits. ServiceUnavailableError, RefusedError."""
    is_apart = reads_pages(model) and has_several_parts(strokes)
    if is_apart and (reading := read_several(drawing, model)):
        return reading
    return predict(drawing, model)


def ask_about_touching(drawing: bytes, strokes: Strokes, model: str | None) -> PageReading | None:
    """For a drawing that was rejected as a digit. None if it has not several digits."""
    if len(strokes) < 2 or not reads_pages(model) or has_several_parts(strokes):
        return None
    try:
        return read_several(drawing, model)
    except RefusedError:
        return None  # the model has gone since it rejected the drawing


def predict(drawing: bytes, model: str | None) -> Prediction:
    """Asks for a saliency map as well, unless the service had no time for one lately.

    ServiceUnavailableError, RefusedError.
    """
    pause = connect().explanation_pause
    with_map = pause.is_over
    prediction = connect().inference.predict(drawing, model=model, explain=with_map)
    if with_map and lacks_map(prediction):
        pause.begin()
    return prediction


def explain_later(predicted: PredictedDrawing) -> None:
    """Asks again for the map of an answer that came without one, as soon as the service may have time for it."""
    if not lacks_map(predicted.prediction) or not connect().explanation_pause.is_over:
        return
    try:
        again = predict(predicted.drawing, str(predicted.prediction.model))
    except (ServiceUnavailableError, RefusedError):
        connect().explanation_pause.begin()
        return
    predicted.prediction = predicted.prediction.model_copy(update={"saliency": again.saliency})


def is_map_due(predicted: PredictedDrawing | None) -> bool:
    """Whether a run of the page would ask for the missing map."""
    return predicted is not None and lacks_map(predicted.prediction) and connect().explanation_pause.is_over


def lacks_map(prediction: Prediction) -> bool:
    """Whether it has no saliency map, though its model could make one."""
    return prediction.saliency is None and not is_external(prediction)


def is_external(prediction: Prediction) -> bool:
    """Whether a model of another provider made it."""
    return prediction.model.name == EXTERNAL_NAME


def read_several(drawing: bytes, model: str | None) -> PageReading | None:
    """None if the drawing has not several digits that look like digits, or if pages can't be read now.

    Many who draw at once would wait for each other, up to seconds, so the page asks for AT_ONCE readings at most.
    """
    places = find_places()
    if not places.acquire(blocking=False):
        return None
    try:
        reading = connect().inference.read(drawing, model=model, rotation=0)
    except ServiceUnavailableError:
        return None  # pages may be unavailable while single digits are read
    except RefusedError as refused:
        if refused.problem.code == "unknown_model":
            raise
        return None  # the prediction says why
    finally:
        places.release()
    if len(reading.digits) < 2:
        return None
    threshold = find_threshold(reading)
    likely = sum(digit.prediction.digit_score >= threshold for digit in reading.digits)
    return reading if 2 * likely > len(reading.digits) else None


def find_threshold(reading: PageReading) -> float:
    """Digits of the reading with a lower digit score are rejected. It has at least one digit."""
    return get_answer_threshold(reading.digits[0].prediction)
