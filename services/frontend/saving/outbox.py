"""A queue of changes for storage: predictions, replacements, deletions and labels, at most one entry per prediction.

One thread sends the entries in order and repeats each one until storage has answered. A page adds a change and does
not wait for it. It shows "Saved" only when `wait` has returned SAVED. While storage is away, the changes of all
visitors stay in memory and in a file, so they are sent when storage is back, even if the page was closed or the
frontend was stopped. What waits is sent from memory; the file is read at the next start.

The token of a curator is good for hours. If it has expired when storage is back, the changes are held until the same
curator signs in again: with a token of another person they would be somebody else's. They are given up if somebody else
changes the same prediction meanwhile, who would otherwise wait too. What the page does itself is repeated until storage
knows its token, and held until the next start of the frontend if that token has too few rights. What storage does not
understand is sent again every ten minutes, because storage may be older than the frontend while Slate is updated.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto
from math import inf
from pathlib import Path
from uuid import UUID

import structlog

from services.frontend.caller_keys import OWN, find_curator, is_same_person
from services.frontend.saving.change import Change, forget_change
from services.frontend.saving.kept_changes import KeptChanges
from services.frontend.saving.waiting_changes import WaitingChanges
from services.frontend.saving.write import Storage, write_change
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.storage import PredictionToStore, TrueDigit
from shared.web.request_id import begin_request, find_request_id

logger = structlog.get_logger(__name__)

MAX_UNSAVED = 5000  # predictions that wait while storage is away
MAX_BYTES = 256 * 1024 * 1024  # of their drawings together; a photograph has up to 10 MiB, a drawn digit a few KiB
RETRY_S = 1.0
MAX_REFUSED = 5000  # the newest refusals, which a page may still ask about
TIDY_S = 60.0  # how often the outbox looks for changes of processes that ended
TIDIES_UNTIL_AGAIN = 10  # then it sends again what storage did not understand


class OutboxFullError(Exception):
    """The outbox holds `max_unsaved` predictions or `max_bytes` of drawings already."""


@dataclass(frozen=True)
class OutboxState:
    """What the outbox holds, and what it has lost since the start.

    `held` are changes that wait for their curator, the next start or a newer storage, `unkept` are not on disk.
    `oldest_s` is how long the oldest change that is not held has waited. `refused` were dropped because storage refused
    them; `full` had no room.
    """

    waiting: int
    bytes: int
    oldest_s: float
    held: int
    unkept: int
    refused: int
    full: int


class Delivery(Enum):
    """How far the changes to one prediction have come."""

    SAVED = auto()  # storage has confirmed them
    WAITING = auto()  # some are still in the outbox
    UNKEPT = auto()  # some are still in the outbox, and they are lost if the frontend stops, because its disk is full
    REFUSED = auto()  # storage refused them, and they were dropped
    FULL = auto()  # the outbox had no room for them


ON_ITS_WAY = frozenset({Delivery.WAITING, Delivery.UNKEPT})
WORST_FIRST = (Delivery.REFUSED, Delivery.FULL, Delivery.UNKEPT, Delivery.WAITING)


def find_worst(deliveries: Collection[Delivery]) -> Delivery:
    """SAVED if there is none."""
    return next((delivery for delivery in WORST_FIRST if delivery in deliveries), Delivery.SAVED)


def can_hold(change: Change, code: str) -> bool:
    """Whether a change that was refused so may wait: for its curator, for more rights of the page, or a newer storage.

    Not if another person changes the same prediction after it. A label that storage does not understand makes way for
    a later one of the same person too.
    """
    is_for_page = code == "forbidden" and change.key in (None, OWN)
    is_for_curator = code == "unauthorised" and find_curator(change.key) is not None
    is_for_newer = code == "invalid_request" and (change.prediction is not None or not change.others)
    may_wait = is_for_page or is_for_curator or is_for_newer
    return may_wait and all(is_same_person(one.key, change.key) for one in change.others)


class Outbox:
    """One for each process. `close` ends its thread."""

    def __init__(
        self,
        storage: Storage,
        folder: Path | None = None,
        *,
        max_unsaved: int = MAX_UNSAVED,
        max_bytes: int = MAX_BYTES,
        retry_s: float = RETRY_S,
        tidy_s: float = TIDY_S,
    ) -> None:
        """`folder` keeps the changes of a stopped process. Without one they are lost when the process stops."""
        self._storage = storage
        self._retry_s = retry_s
        self._tidy_s = tidy_s
        self._waiting = WaitingChanges(max_unsaved, max_bytes)
        self._refused: OrderedDict[UUID, None] = OrderedDict()  # the oldest first
        self._refused_count = self._full_count = 0
        self._changed = threading.Condition()
        self._closing = False
        self._kept = KeptChanges(folder, self._waiting.all)
        with self._changed:
            self._take_over()
        self._tidied_at = time.monotonic()
        self._thread = threading.Thread(target=self._send_all, name="outbox", daemon=True)
        self._thread.start()

    def save(
        self,
        prediction_id: UUID,
        prediction: PredictionToStore,
        replaces: UUID | None = None,
        *,
        key: str | None = None,
        browser: str | None = None,
    ) -> None:
        """Adds a prediction and removes the one that it replaces. OutboxFullError."""
        with self._changed:
            if not self._waiting.has_room(len(prediction.drawing), replaces):
                self._full_count += 1
                raise OutboxFullError
            replaced: tuple[UUID, ...] = ()
            if replaces is not None:  # it may still wait here, so this change takes over its deletions
                dropped = self._waiting.drop(replaces)
                replaced = (*dropped.all_replaced, replaces) if dropped else (replaces,)
            change = Change(
                prediction=prediction, replaces=replaced, key=key, browser=browser, request_id=find_request_id()
            )
            self._add(prediction_id, change)
            self._kept.update(prediction_id, *replaced[-1:])  # in this order, so that one of them is always kept

    def discard(self, prediction_id: UUID, *, key: str | None = None, browser: str | None = None) -> None:
        """Adds the deletion of a prediction with its drawing and label. Storage does not take this id again."""
        with self._changed:
            change = Change(discarded=True, key=key, browser=browser, request_id=find_request_id())
            self._add(prediction_id, change)
            self._kept.update(prediction_id)

    def label(
        self,
        prediction_id: UUID,
        digit: TrueDigit | None,
        *,
        instead_of: TrueDigit | None = None,
        key: str | None = None,
        browser: str | None = None,
    ) -> None:
        """Adds a label; None removes the label. `instead_of` is taken back, and `digit` the label from before it."""
        with self._changed:
            change = Change(
                relabelled=True,
                label=digit,
                instead_of=instead_of,
                key=key,
                browser=browser,
                request_id=find_request_id(),
            )
            self._add(prediction_id, change)
            self._kept.update(prediction_id)

    def renew(self, key: str) -> None:
        """Sends what is held of this curator, with the token of the new key."""
        with self._changed:
            if renewed := self._waiting.renew(key):  # mostly nothing, in every run of a curator's page
                self._kept.update(*renewed)
                self._changed.notify_all()

    def forget(self, key: str, browser: str | None = None) -> None:
        """Deletes what a person drew and waits, also what is on its way to storage. See `forget_change`."""
        with self._changed:
            for prediction_id, change in tuple(self._waiting.all.items()):
                kept = forget_change(change, key, browser)
                if kept != change.in_turn:
                    self._waiting.replace(prediction_id, kept)
                    self._kept.update(prediction_id)
            self._changed.notify_all()

    def wait(self, prediction_id: UUID, timeout_s: float) -> Delivery:
        """Waits at most `timeout_s` for all changes to this prediction, and returns how far they have come."""
        with self._changed:
            sent = self._changed.wait_for(lambda: prediction_id not in self._waiting.all, timeout_s)
            if not sent:
                return Delivery.WAITING if self._kept.has(prediction_id) else Delivery.UNKEPT
            return Delivery.REFUSED if prediction_id in self._refused else Delivery.SAVED

    def has_room(self, drawing_bytes: int) -> bool:
        """Whether one more prediction with a drawing of this size fits."""
        with self._changed:
            return self._waiting.has_room(drawing_bytes)

    @property
    def unsaved(self) -> int:
        """The number of predictions with unsent changes."""
        with self._changed:
            return len(self._waiting.all)

    @property
    def state(self) -> OutboxState:
        """For the metrics. The age of a change begins anew when the frontend starts."""
        with self._changed:
            return OutboxState(
                waiting=len(self._waiting.all),
                bytes=self._waiting.bytes,
                oldest_s=self._waiting.oldest_s,
                held=self._waiting.held,
                unkept=self._kept.unkept,
                refused=self._refused_count,
                full=self._full_count,
            )

    def close(self) -> None:
        """Ends the thread. Unsent changes stay in the folder."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        self._kept.close()

    def _add(self, prediction_id: UUID, change: Change) -> None:
        """Combines a change with the one that waits."""
        self._waiting.add(prediction_id, change)
        self._refused.pop(prediction_id, None)
        self._changed.notify_all()

    def _take_over(self) -> None:
        """Takes over the changes of processes that ended. A change in this process is later than theirs."""
        for earlier in self._kept.take_over():
            for prediction_id, change in earlier.items():
                later = self._waiting.drop(prediction_id)
                self._add(prediction_id, change)
                if later is not None:
                    self._add(prediction_id, later)
            self._kept.update(*earlier)

    def _send_all(self) -> None:
        while not self._closing:
            try:
                self._send_next()
            except Exception:  # this thread serves every visitor, so no error may end it
                logger.exception("outbox_failed")
                self._pause()

    def _send_next(self) -> None:
        """Waits for a change and sends it. Also tidies, if it is time."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting.find_next() or self._closing, self._tidy_s)
            oldest = None if self._closing else self._waiting.find_next()
        if oldest is not None:
            self._send(*oldest)
        if time.monotonic() - self._tidied_at >= self._tidy_s:
            self._tidy()

    def _pause(self) -> None:
        """Waits before the next request."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing, self._retry_s)

    def _tidy(self) -> None:
        self._tidied_at = time.monotonic()
        with self._changed:
            self._kept.compact()
            self._waiting.release_due()
            self._take_over()
            self._kept.retry()

    def _finish(self, prediction_id: UUID, change: Change) -> None:
        with self._changed:
            if self._waiting.is_latest(prediction_id, change):  # a change made while sending is sent next
                self._waiting.replace(prediction_id, change.others)
                self._kept.update(prediction_id)
                self._changed.notify_all()

    def _postpone(self, prediction_id: UUID) -> None:
        """Waits before the next request, and uses the time for the folder."""
        self._kept.sync()
        with self._changed:
            self._waiting.move_to_end(prediction_id)
            self._take_over()
            self._kept.retry()
        self._pause()

    def _hold(self, prediction_id: UUID, change: Change, code: str) -> None:
        """Keeps a change that was refused so, unless another one came while it was being sent."""
        with self._changed:
            if self._waiting.is_latest(prediction_id, change):
                again_s = TIDIES_UNTIL_AGAIN * self._tidy_s
                self._waiting.hold(prediction_id, again_s if code == "invalid_request" else inf)
        curator = find_curator(change.key)
        if code == "invalid_request":
            logger.warning("change_waits_for_newer_storage", prediction_id=str(prediction_id))
        elif curator is None:
            logger.warning("change_waits_for_rights_of_page", prediction_id=str(prediction_id))
        else:
            logger.warning("change_waits_for_curator", prediction_id=str(prediction_id), curator=curator)

    def _note_refused(self, prediction_id: UUID) -> None:
        with self._changed:
            self._refused[prediction_id] = None
            self._refused_count += 1
            if len(self._refused) > MAX_REFUSED:
                self._refused.popitem(last=False)

    def _send(self, prediction_id: UUID, change: Change) -> None:
        begin_request(change.request_id)
        try:
            write_change(self._storage, prediction_id, change)
        except ServiceUnavailableError:
            self._postpone(prediction_id)
            return
        except RefusedError as error:
            if error.problem.code == "unauthorised" and change.key in (None, OWN):
                self._postpone(prediction_id)
                return
            if can_hold(change, error.problem.code):
                self._hold(prediction_id, change, error.problem.code)
                return
            logger.error("change_refused_by_storage", prediction_id=str(prediction_id), code=error.problem.code)
            self._note_refused(prediction_id)
        except Exception:  # the change is dropped, so that it cannot block the others
            logger.exception("outbox_failed", prediction_id=str(prediction_id))
            self._note_refused(prediction_id)
        else:
            self._refused.pop(prediction_id, None)
        self._finish(prediction_id, change)
