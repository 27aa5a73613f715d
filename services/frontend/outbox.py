"""What is still to be told to storage: kept in order a prediction, sent by one thread, again until storage takes it.

The page puts a change here and goes on; it says «saved» only once `wait` says so. While storage is away the changes
stay here, for all sessions of this process, and are sent when it is back, whether or not a page is still open.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol
from uuid import UUID

import structlog

from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.storage import PredictionToStore

logger = structlog.get_logger(__name__)

RETRY_S = 1.0


class Storage(Protocol):
    """The writes that the outbox makes."""

    def put_prediction(self, prediction_id: UUID, prediction: PredictionToStore) -> None:
        """Keeps it."""

    def delete_prediction(self, prediction_id: UUID, *, unlabelled_only: bool = False) -> None:
        """Forgets it."""

    def put_label(self, prediction_id: UUID, digit: int) -> None:
        """Labels it."""

    def delete_label(self, prediction_id: UUID) -> None:
        """Takes the label back."""


class OutboxFullError(Exception):
    """Storage has been away for so long that no more can be kept."""


class Delivery(Enum):
    """How far a change has come."""

    SAVED = "storage has acknowledged it"
    WAITING = "kept here until storage answers"
    REFUSED = "storage refuses it, so it was given up"
    FULL = "too much waits for storage already"


@dataclass(frozen=True)
class Change:
    """What storage does not know yet about one prediction.

    `replaces` are the predictions of the same drawing before its last strokes, deleted once this one is kept. `label`
    counts only where `relabelled`; None takes it back.
    """

    prediction: PredictionToStore | None = None
    replaces: tuple[UUID, ...] = ()
    relabelled: bool = False
    label: int | None = None


class Outbox:
    """One for the process. `close` ends its thread."""

    def __init__(self, storage: Storage, max_unsaved: int, retry_s: float = RETRY_S) -> None:
        self._storage = storage
        self._max_unsaved = max_unsaved
        self._retry_s = retry_s
        self._changes: OrderedDict[UUID, Change] = OrderedDict()
        self._refused: set[UUID] = set()
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._send_all, name="outbox", daemon=True)
        self._thread.start()

    def save(self, prediction_id: UUID, prediction: PredictionToStore, replaces: UUID | None = None) -> None:
        """Keeps a prediction, in place of `replaces`. OutboxFullError where too many wait already."""
        with self._changed:
            if len(self._changes) >= self._max_unsaved and replaces not in self._changes:
                raise OutboxFullError
            doomed: tuple[UUID, ...] = ()
            if replaces is not None:  # it may be waiting, or just being sent: what it was to replace goes too
                doomed = (replaces, *self._changes.pop(replaces, Change()).replaces)
            self._change(prediction_id, Change(prediction=prediction, replaces=doomed))

    def label(self, prediction_id: UUID, digit: int | None) -> None:
        """Says the true digit, or takes it back."""
        with self._changed:
            known = self._changes.get(prediction_id, Change())
            self._change(prediction_id, replace(known, relabelled=True, label=digit))

    def wait(self, prediction_id: UUID, timeout_s: float) -> Delivery:
        """How far all that was said about this prediction has come, after at most that time."""
        with self._changed:
            sent = self._changed.wait_for(lambda: prediction_id not in self._changes, timeout_s)
            if not sent:
                return Delivery.WAITING
            return Delivery.REFUSED if prediction_id in self._refused else Delivery.SAVED

    @property
    def has_room(self) -> bool:
        """Whether one more prediction can be kept."""
        return self.unsaved < self._max_unsaved

    @property
    def unsaved(self) -> int:
        """How many predictions have something that storage does not know."""
        with self._changed:
            return len(self._changes)

    def close(self) -> None:
        """Ends the thread; what it could not send is lost, and was never called saved."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def _change(self, prediction_id: UUID, change: Change) -> None:
        self._changes[prediction_id] = change
        self._refused.discard(prediction_id)
        self._changed.notify_all()

    def _send_all(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._changes or self._closing)
                if self._closing:
                    return
                prediction_id, change = next(iter(self._changes.items()))
            reached = self._send(prediction_id, change)
            with self._changed:
                if not reached:
                    if prediction_id in self._changes:  # else it was replaced meanwhile
                        self._changes.move_to_end(prediction_id)  # one that storage chokes on holds up no other
                    self._changed.wait_for(lambda: self._closing, self._retry_s)
                elif self._changes.get(prediction_id) is change:  # else it was changed meanwhile: once more
                    del self._changes[prediction_id]
                    self._changed.notify_all()

    def _send(self, prediction_id: UUID, change: Change) -> bool:
        """Whether storage has answered."""
        try:
            self._tell(prediction_id, change)
        except ServiceUnavailableError:
            return False
        except RefusedError as error:
            logger.error("storage_refused", prediction_id=str(prediction_id), code=error.problem.code)
            self._refused.add(prediction_id)
        except Exception:  # the thread serves every session and must outlive a fault in one change
            logger.exception("outbox_failed", prediction_id=str(prediction_id))
            self._refused.add(prediction_id)
        return True

    def _tell(self, prediction_id: UUID, change: Change) -> None:
        if change.prediction is not None:
            self._storage.put_prediction(prediction_id, change.prediction)
        for replaced in change.replaces:
            self._storage.delete_prediction(replaced, unlabelled_only=True)  # it may have been labelled meanwhile
        if change.relabelled and change.label is None:
            self._storage.delete_label(prediction_id)
        elif change.relabelled and change.label is not None:
            self._storage.put_label(prediction_id, change.label)
