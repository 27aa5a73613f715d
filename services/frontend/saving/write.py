"""Sends one change of the outbox to storage, as one to four requests.

Each request may be repeated, so that a change that was sent in part is sent again as a whole.
"""

from typing import Protocol
from uuid import UUID, uuid5

from services.frontend.saving.change import Change
from shared.clients.service import RefusedError
from shared.contracts.storage import PredictionToStore, TrueDigit


class Storage(Protocol):
    """The writes that the outbox needs. `key` is that of a person in caller_keys.py; None means the frontend."""

    def put_prediction(self, prediction_id: UUID, prediction: PredictionToStore, *, key: str | None = None) -> None:
        """Stores a prediction."""

    def delete_prediction(self, prediction_id: UUID, *, unlabelled_only: bool = False, key: str | None = None) -> None:
        """Deletes a prediction."""

    def put_label(
        self,
        prediction_id: UUID,
        digit: TrueDigit,
        *,
        instead_of: TrueDigit | None = None,
        key: str | None = None,
    ) -> None:
        """Stores a label, or takes `instead_of` back."""

    def delete_label(self, prediction_id: UUID, *, key: str | None = None) -> None:
        """Deletes a label."""


def write_change(storage: Storage, prediction_id: UUID, change: Change) -> None:
    """Send everything of a change, in its order. ServiceUnavailableError, RefusedError.

    Storage does not take a deleted id again. What an older frontend deleted and put back is stored under another one,
    which is the same each time.
    """
    key = change.key
    if change.discarded:
        storage.delete_prediction(prediction_id, key=key)
    if change.discarded and change.prediction is not None:
        prediction_id = uuid5(prediction_id, "again")
    if change.prediction is not None:
        try:
            storage.put_prediction(prediction_id, change.prediction, key=key)
        except RefusedError as error:
            if error.problem.code == "deleted":  # on the History page, while this was being sent
                _delete_replaced(storage, change)
            raise
    _delete_replaced(storage, change)
    if change.relabelled and change.label is None:
        storage.delete_label(prediction_id, key=key)
    elif change.relabelled and change.label is not None:
        storage.put_label(prediction_id, change.label, instead_of=change.instead_of, key=key)


def _delete_replaced(storage: Storage, change: Change) -> None:
    for replaced in change.replaces:  # unless the History page has labelled it
        storage.delete_prediction(replaced, unlabelled_only=True, key=change.key)
