"""Sends one change of the outbox to storage, as one to four requests.

Each request may be repeated, so that a change that was sent in part is sent again as a whole.
"""

from typing import Protocol
from uuid import UUID

from services.frontend.saving.change import Change
from shared.contracts.storage import PredictionToStore, TrueDigit


class Storage(Protocol):
    """The writes that the outbox needs. `token` is a bearer token; None means the client's own."""

    def put_prediction(self, prediction_id: UUID, prediction: PredictionToStore, *, token: str | None = None) -> None:
        """Stores a prediction."""

    def delete_prediction(
        self, prediction_id: UUID, *, unlabelled_only: bool = False, token: str | None = None
    ) -> None:
        """Deletes a prediction."""

    def put_label(self, prediction_id: UUID, digit: TrueDigit, *, token: str | None = None) -> None:
        """Stores a label."""

    def delete_label(self, prediction_id: UUID, *, token: str | None = None) -> None:
        """Deletes a label."""


def write_change(storage: Storage, prediction_id: UUID, change: Change) -> None:
    """Send everything of a change, in its order. ServiceUnavailableError, RefusedError."""
    token = change.token
    if change.discarded:
        storage.delete_prediction(prediction_id, token=token)
    if change.prediction is not None:
        storage.put_prediction(prediction_id, change.prediction, token=token)
    for replaced in change.replaces:  # unless the History page has labelled it
        storage.delete_prediction(replaced, unlabelled_only=True, token=token)
    if change.relabelled and change.label is None:
        storage.delete_label(prediction_id, token=token)
    elif change.relabelled and change.label is not None:
        storage.put_label(prediction_id, change.label, token=token)
