"""Saves the answer to the drawing on the canvas, in place of the answer before the last stroke."""

from services.frontend.connections import connect
from services.frontend.saving.outbox import Delivery
from services.frontend.saving.predicted_drawing import PredictedDrawing
from services.frontend.session.identity import get_identity, get_outbox


def save(predicted: PredictedDrawing, replaced: PredictedDrawing | None, timeout_s: float) -> Delivery:
    """Waits at most `timeout_s` for storage. An earlier answer that has a label is not replaced."""
    replaces = replaced.prediction.id if replaced is not None and replaced.label is None else None
    is_new = not predicted.handed_over
    delivery = predicted.save(get_outbox(), timeout_s, replaces)
    if is_new and predicted.handed_over:
        connect().shadow_answers.offer(predicted.prediction, get_identity().key, replaces)
    return delivery
