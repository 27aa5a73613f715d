"""What waits for storage in the memory of the frontend, oldest first, and how much room it takes."""

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf
from types import MappingProxyType
from uuid import UUID

from services.frontend.caller_keys import find_curator, is_same_person
from services.frontend.saving.change import Change, join_in_turn


class WaitingChanges:
    """At most one change for each prediction. A held change waits until it is due, or somebody renews its key or
    changes it.

    Not safe for threads: the outbox has the lock.
    """

    def __init__(self, max_changes: int, max_bytes: int) -> None:
        self._max_changes = max_changes
        self._max_bytes = max_bytes
        self._changes: OrderedDict[UUID, Change] = OrderedDict()
        self._bytes = 0  # of all drawings in `_changes`
        self._since: dict[UUID, float] = {}  # when a change that is not held began to wait, by `time.monotonic`
        self._held: dict[UUID, float] = {}  # until when, by `time.monotonic`

    @property
    def all(self) -> Mapping[UUID, Change]:
        """A view of all of them, also of those that come later."""
        return MappingProxyType(self._changes)

    @property
    def bytes(self) -> int:
        """The size of all drawings."""
        return self._bytes

    @property
    def held(self) -> int:
        """How many are held."""
        return len(self._held)

    @property
    def oldest_s(self) -> float:
        """How long the oldest change that is not held has waited, in seconds. 0 if there is none."""
        oldest = min(self._since.values(), default=None)
        return 0.0 if oldest is None else time.monotonic() - oldest

    def has_room(self, drawing_bytes: int, replaces: UUID | None = None) -> bool:
        """Whether one more prediction with a drawing of this size fits. The change that is replaced makes room."""
        freed = None if replaces is None else self._changes.get(replaces)
        others, others_bytes = len(self._changes), self._bytes
        if freed is not None:
            others, others_bytes = others - 1, others_bytes - freed.drawing_bytes
        return others < self._max_changes and others_bytes + drawing_bytes <= self._max_bytes

    def find_next(self) -> tuple[UUID, Change] | None:
        """The oldest change that is not held."""
        return next((item for item in self._changes.items() if item[0] not in self._held), None)

    def is_latest(self, prediction_id: UUID, change: Change) -> bool:
        """Whether this change still waits, and nothing has been added to it or has taken its place."""
        return self._changes.get(prediction_id) is change

    def add(self, prediction_id: UUID, change: Change) -> None:
        """Combines a change with the one that waits, which keeps its place."""
        waiting = self._changes.get(prediction_id)
        self._put(prediction_id, change if waiting is None else waiting.then(change))

    def replace(self, prediction_id: UUID, in_turn: Sequence[Change]) -> None:
        """Sets what still waits, perhaps nothing."""
        if in_turn:
            self._put(prediction_id, join_in_turn(*in_turn))
        else:
            self.drop(prediction_id)

    def drop(self, prediction_id: UUID) -> Change | None:
        """Removes a change, if it waits, and returns it."""
        change = self._changes.pop(prediction_id, None)
        self._held.pop(prediction_id, None)
        self._since.pop(prediction_id, None)
        self._bytes -= 0 if change is None else change.drawing_bytes
        return change

    def move_to_end(self, prediction_id: UUID) -> None:
        """Sends the others first, so that this one cannot block them. Does nothing if it does not wait any more."""
        if prediction_id in self._changes:
            self._changes.move_to_end(prediction_id)

    def hold(self, prediction_id: UUID, seconds: float) -> None:
        """Does not send this change for so many seconds. `inf`: until its key is renewed."""
        self._held[prediction_id] = time.monotonic() + seconds
        self._since.pop(prediction_id, None)

    def release_due(self) -> None:
        """Holds those no longer whose time is over."""
        now = time.monotonic()
        for prediction_id in [held for held, until in self._held.items() if until <= now]:
            self._put(prediction_id, self._changes[prediction_id])

    def renew(self, key: str) -> Sequence[UUID]:
        """Gives what is held of this curator the new key, and holds it no longer. Returns which ones."""
        curator = find_curator(key)
        mine = [
            held
            for held, until in self._held.items()
            if until == inf and curator and find_curator(self._changes[held].key) == curator
        ]
        for prediction_id in mine:
            in_turn = self._changes[prediction_id].in_turn
            self.replace(
                prediction_id, [replace(one, key=key) if is_same_person(one.key, key) else one for one in in_turn]
            )
        return mine

    def _put(self, prediction_id: UUID, change: Change) -> None:
        waiting = self._changes.get(prediction_id)
        self._changes[prediction_id] = change
        self._bytes += change.drawing_bytes - (0 if waiting is None else waiting.drawing_bytes)
        self._since.setdefault(prediction_id, time.monotonic())
        self._held.pop(prediction_id, None)
