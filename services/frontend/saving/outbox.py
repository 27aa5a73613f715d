"""A queue of changes for storage: predictions, replacements, deletions and labels, at most one entry per prediction.

One thread sends the entries in order and repeats each one until storage has answered. A page adds a change and does
not wait for it. It shows "Saved" only when `wait` has returned SAVED. While storage is away, the changes of all
visitors stay in memory. They are sent when storage is back, even if the page was closed.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Protocol
from uuid import UUID

import structlog

from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.storage import PredictionToStore

logger = structlog.get_logger(__name__)

MAX_UNSAVED = 5000  # predictions in memory while storage is away
MAX_BYTES = 256 * 1024 * 1024  # of their drawings together; a photograph has up to 10 MiB, a drawn digit a few KiB
RETRY_S = 1.0


class Storage(Protocol):
    """The writes that the outbox needs."""

    def put_prediction(self, prediction_id: UUID, prediction: PredictionToStore) -> None:
        """Stores a prediction."""

    def delete_prediction(self, prediction_id: UUID, *, unlabelled_only: bool = False) -> None:
        """Deletes a prediction."""

    def put_label(self, prediction_id: UUID, digit: int) -> None:
        """Stores a label."""

    def delete_label(self, prediction_id: UUID) -> None:
        """Deletes a label."""


class OutboxFullError(Exception):
    """The outbox holds `max_unsaved` predictions or `max_bytes` of drawings already."""


class Delivery(Enum):
    """How far the changes to one prediction have come."""

    SAVED = auto()  # storage has confirmed them
    WAITING = auto()  # some are still in the outbox
    REFUSED = auto()  # storage refused them, and they were dropped
    FULL = auto()  # the outbox had no room for them


@dataclass(frozen=True)
class Change:
    """What storage does not know yet about one prediction.

    `discarded` deletes what storage may have under this id, before anything else. `replaces` are earlier predictions of
    the same drawing. They are deleted once this one is stored. `label` counts only if `relabelled` is true; None then
    removes the label.
    """

    discarded: bool = False
    prediction: PredictionToStore | None = None
    replaces: tuple[UUID, ...] = ()
    relabelled: bool = False
    label: int | None = None

    @property
    def drawing_bytes(self) -> int:
        """The size of the drawing."""
        return 0 if self.prediction is None else len(self.prediction.drawing)


class Outbox:
    """One for each process. `close` ends its thread."""

    def __init__(
        self,
        storage: Storage,
        max_unsaved: int = MAX_UNSAVED,
        max_bytes: int = MAX_BYTES,
        retry_s: float = RETRY_S,
    ) -> None:
        self._storage = storage
        self._max_unsaved = max_unsaved
        self._max_bytes = max_bytes
        self._retry_s = retry_s
        self._changes: OrderedDict[UUID, Change] = OrderedDict()
        self._bytes = 0  # of all drawings in `_changes`
        self._refused: set[UUID] = set()
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._send_all, name="outbox", daemon=True)
        self._thread.start()

    def save(self, prediction_id: UUID, prediction: PredictionToStore, replaces: UUID | None = None) -> None:
        """Adds a prediction and removes the one that it replaces. OutboxFullError."""
        with self._changed:
            if not self._has_room(len(prediction.drawing), replaces):
                raise OutboxFullError
            replaced: tuple[UUID, ...] = ()
            if replaces is not None:  # it may still wait here, so this change takes over its deletions
                replaced = (replaces, *self._drop(replaces).replaces)
            discarded = self._changes.get(prediction_id, Change()).discarded
            self._change(prediction_id, Change(discarded=discarded, prediction=prediction, replaces=replaced))

    def discard(self, prediction_id: UUID) -> None:
        """Adds the deletion of a prediction with its drawing and label. `save` may add it again."""
        with self._changed:
            waiting = self._changes.get(prediction_id, Change())
            self._change(prediction_id, Change(discarded=True, replaces=waiting.replaces))

    def label(self, prediction_id: UUID, digit: int | None) -> None:
        """Adds a label; None removes the label."""
        with self._changed:
            waiting = self._changes.get(prediction_id, Change())
            self._change(prediction_id, replace(waiting, relabelled=True, label=digit))

    def wait(self, prediction_id: UUID, timeout_s: float) -> Delivery:
        """Waits at most `timeout_s` for all changes to this prediction, and returns how far they have come."""
        with self._changed:
            sent = self._changed.wait_for(lambda: prediction_id not in self._changes, timeout_s)
            if not sent:
                return Delivery.WAITING
            return Delivery.REFUSED if prediction_id in self._refused else Delivery.SAVED

    def has_room(self, drawing_bytes: int) -> bool:
        """Whether one more prediction with a drawing of this size fits."""
        with self._changed:
            return self._has_room(drawing_bytes)

    @property
    def unsaved(self) -> int:
        """The number of predictions with unsent changes."""
        with self._changed:
            return len(self._changes)

    def close(self) -> None:
        """Ends the thread. Unsent changes are lost; no page has shown them as saved."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def _has_room(self, drawing_bytes: int, replaces: UUID | None = None) -> bool:
        """The change that is replaced makes room."""
        freed = None if replaces is None else self._changes.get(replaces)
        others, others_bytes = len(self._changes), self._bytes
        if freed is not None:
            others, others_bytes = others - 1, others_bytes - freed.drawing_bytes
        return others < self._max_unsaved and others_bytes + drawing_bytes <= self._max_bytes

    def _drop(self, prediction_id: UUID) -> Change:
        """Removes a change, if it waits."""
        change = self._changes.pop(prediction_id, Change())
        self._bytes -= change.drawing_bytes
        return change

    def _change(self, prediction_id: UUID, change: Change) -> None:
        self._bytes += change.drawing_bytes - self._changes.get(prediction_id, Change()).drawing_bytes
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
            answered = self._send(prediction_id, change)
            with self._changed:
                if not answered:
                    if prediction_id in self._changes:  # false if it was replaced while it was being sent
                        self._changes.move_to_end(prediction_id)  # so that it cannot block the others
                    self._changed.wait_for(lambda: self._closing, self._retry_s)
                elif self._changes.get(prediction_id) is change:  # a change made while sending is sent next
                    self._drop(prediction_id)
                    self._changed.notify_all()

    def _send(self, prediction_id: UUID, change: Change) -> bool:
        """Returns whether storage has answered."""
        try:
            self._write(prediction_id, change)
        except ServiceUnavailableError:
            return False
        except RefusedError as error:
            logger.error("change_refused_by_storage", prediction_id=str(prediction_id), code=error.problem.code)
            self._refused.add(prediction_id)
        except Exception:  # this thread serves every visitor, so an error in one change must not end it
            logger.exception("outbox_failed", prediction_id=str(prediction_id))
            self._refused.add(prediction_id)
        return True

    def _write(self, prediction_id: UUID, change: Change) -> None:
        if change.discarded:
            self._storage.delete_prediction(prediction_id)
        if change.prediction is not None:
            self._storage.put_prediction(prediction_id, change.prediction)
        for replaced in change.replaces:
            self._storage.delete_prediction(replaced, unlabelled_only=True)  # the History page may have labelled it
        if change.relabelled and change.label is None:
            self._storage.delete_label(prediction_id)
        elif change.relabelled and change.label is not None:
            self._storage.put_label(prediction_id, change.label)
