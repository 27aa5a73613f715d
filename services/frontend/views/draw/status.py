"""Saves what is on the canvas, and says below the label buttons how far that is.

The sentence is shown before the wait for storage as well, because without it the page below would move.
"""

from functools import partial

from streamlit.delta_generator import DeltaGenerator

from services.frontend.connections import check_health, forget_statistics, get_settle_s
from services.frontend.elements.answer import name_label
from services.frontend.elements.sentences import describe_delivery
from services.frontend.saving.outbox import ON_ITS_WAY, Delivery
from services.frontend.saving.predicted_drawing import PredictedDrawing
from services.frontend.session.canvas_saving import save
from services.frontend.session.draw_state import DrawState
from services.frontend.session.identity import get_identity, get_outbox
from services.frontend.views.draw.examples import is_example
from services.frontend.views.draw.recent import get_snapshots
from services.frontend.views.draw.said_number import SaidNumber
from services.frontend.views.draw.truth import find_said, get_truth

EXAMPLE_UNSAVED = "An example, not saved until you add to it"
NUMBER_UNSAVED = "Saved when you say what it is"


def find_saved(state: DrawState) -> PredictedDrawing | SaidNumber | None:
    """What the sentence is about: the drawing or the number on the canvas, or on an empty canvas the one before."""
    if is_example(state.strokes):
        return None
    if state.predicted is not None:
        return state.predicted
    if state.number is not None:
        said = find_said(state)
        return said if said is not None and said.is_said else None
    return get_truth().finished if state.drawing is None else None


def show_saved(state: DrawState, place: DeltaGenerator) -> bool:
    """Saves it, says whether storage has it, and returns whether that can't change."""
    saved = find_saved(state)
    if saved is None:
        show_status(say_unsaved(state), "", place)
        return True
    if isinstance(saved, SaidNumber):
        words, send, prediction_id = saved.words, partial(saved.save, get_outbox()), ""
    else:
        words, send, prediction_id = name_of(saved), partial(save, saved, state.replaced), str(saved.prediction.id)
    was_saved = saved.saved
    has_new_label = not was_saved and (saved.handed_over or isinstance(saved, SaidNumber))
    delivery = Delivery.WAITING
    for timeout_s in (0.0, get_settle_s()):
        if delivery in ON_ITS_WAY:
            delivery = send(timeout_s)
            sentence = describe_delivery(delivery, words, is_storage_away=not check_health().storage)
            show_status(sentence, str(delivery is Delivery.SAVED).lower(), place, prediction_id)
    if delivery is Delivery.SAVED and not was_saved:
        if has_new_label:
            forget_statistics()
        get_snapshots().mark_outdated(get_identity().key)
    return delivery in {Delivery.SAVED, Delivery.REFUSED}


def say_unsaved(state: DrawState) -> str:
    """Why there is nothing to save, if that needs words."""
    if is_example(state.strokes):
        return EXAMPLE_UNSAVED
    return "&nbsp;" if state.number is None else NUMBER_UNSAVED


def name_of(predicted: PredictedDrawing) -> str:
    """The name of its label. Empty without one."""
    return "" if predicted.label is None else name_label(predicted.label)


def show_status(words: str, saved: str, place: DeltaGenerator, prediction_id: str = "") -> None:
    """`saved` is `true`, `false`, or empty if there is nothing to save. A number has no `prediction_id`."""
    attributes = f'data-testid="saved" data-saved="{saved}" data-id="{prediction_id}"'
    place.html(f'<div class="saved"><span role="status" {attributes}>{words}</span></div>')
