"""Deletes drawings of the history through the outbox, so that nothing that still waits there brings them back."""

import time
from collections.abc import Sequence
from uuid import UUID

from services.frontend.connections import check_health
from services.frontend.elements.thumbnails import forget_thumbnail
from services.frontend.saving.outbox import Delivery
from services.frontend.session.identity import get_outbox
from services.frontend.views.history.count import forget_counts

PATIENCE_S = 5.0  # the person has asked for it and waits
LATER = "Storage can't be reached right now. {done} of {all} deleted; the rest will be when it is back."
REFUSED = "{done} of {all} deleted. Storage refused the rest."


def delete_drawings(prediction_ids: Sequence[UUID]) -> str:
    """Deletes them, and waits a moment for storage. Returns what to say if storage has not deleted all, or nothing."""
    outbox = get_outbox()
    for one in prediction_ids:
        outbox.discard(one)
    until = time.monotonic() + (PATIENCE_S if check_health().storage else 0)
    deliveries = [outbox.wait(one, max(0.0, until - time.monotonic())) for one in prediction_ids]
    for one in prediction_ids:
        forget_thumbnail(one)
    forget_counts()
    return describe_rest(deliveries)


def describe_rest(deliveries: Sequence[Delivery]) -> str:
    """Why some are not deleted. Empty if all are."""
    done = deliveries.count(Delivery.SAVED)
    if done == len(deliveries):
        return ""
    sentence = REFUSED if Delivery.REFUSED in deliveries else LATER
    return sentence.format(done=done, all=len(deliveries))
