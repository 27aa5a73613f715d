"""Copies of what storage holds, which threads renew, so that a page can show them without waiting for storage.

There is one copy for each key, and a key stands for the person whose view of storage it is.
"""

import heapq
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from shared.clients.service import RefusedError, ServiceUnavailableError

logger = structlog.get_logger(__name__)

RETRY_S = 1.0
THREADS = 4
MAX_KEYS = 1000

T = TypeVar("T")


@dataclass
class _Copy(Generic[T]):
    """`wanted` and `shown` are numbers of versions: of the wanted one and of the one in `latest`."""

    latest: T | None = None
    wanted: int = 0
    shown: int = 0


class Snapshots(Generic[T]):
    """The last answer of `fetch` for each key, None before the first one.

    `mark_outdated` makes a thread ask again. If storage cannot be reached, it repeats that. Of more than `max_keys`
    copies, those that were used least lately are forgotten.
    """

    def __init__(
        self, fetch: Callable[[str], T], *, retry_s: float = RETRY_S, threads: int = THREADS, max_keys: int = MAX_KEYS
    ) -> None:
        self._fetch = fetch
        self._retry_s = retry_s
        self._max_keys = max_keys
        self._copies: OrderedDict[str, _Copy[T]] = OrderedDict()
        self._due: list[tuple[float, str]] = []  # heap of times (of `time.monotonic`) and keys
        self._changed = threading.Condition()
        self._closing = False
        self._threads = [
            threading.Thread(target=self._renew, name=f"snapshots-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def mark_outdated(self, key: str) -> None:
        """Asks for a newer version, and returns at once."""
        with self._changed:
            self._ask(key, self._find(key))

    def get(self, key: str, timeout_s: float) -> tuple[T | None, int | None]:
        """Waits at most `timeout_s` for the wanted version. Asks for a first one if nobody has.

        Returns the last version, and the number of the wanted one if that is still to come, for `has`.
        """
        with self._changed:
            copy = self._find(key)
            if not copy.wanted:
                self._ask(key, copy)
            wanted = copy.wanted
            is_there = self._changed.wait_for(lambda: copy.shown >= wanted, timeout_s)
            return copy.latest, None if is_there else wanted

    def has(self, key: str, number: int) -> bool:
        """Whether this version, or a later one, is there."""
        with self._changed:
            return self._find(key).shown >= number

    def close(self) -> None:
        """Ends the threads."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _ask(self, key: str, copy: _Copy[T]) -> None:
        copy.wanted += 1
        heapq.heappush(self._due, (time.monotonic(), key))
        self._changed.notify_all()

    def _find(self, key: str) -> _Copy[T]:
        copy = self._copies.setdefault(key, _Copy())
        self._copies.move_to_end(key)
        if len(self._copies) > self._max_keys:
            self._copies.popitem(last=False)
        return copy

    def _renew(self) -> None:
        while (key := self._take_due()) is not None:
            with self._changed:
                copy = self._copies.get(key)
                wanted = 0 if copy is None else copy.wanted
            if copy is None or copy.shown >= wanted:
                continue
            fetched, is_answered = self._try_to_fetch(key, copy.latest)
            with self._changed:
                if is_answered and copy.shown < wanted:
                    copy.latest, copy.shown = fetched, wanted
                    self._changed.notify_all()
                elif not is_answered:
                    heapq.heappush(self._due, (time.monotonic() + self._retry_s, key))

    def _take_due(self) -> str | None:
        """Waits until a copy is due. None when the threads are to end."""
        with self._changed:
            while not self._closing:
                wait_s = self._due[0][0] - time.monotonic() if self._due else None
                if wait_s is not None and wait_s <= 0:
                    return heapq.heappop(self._due)[1]
                self._changed.wait(wait_s)
            return None

    def _try_to_fetch(self, key: str, latest: T | None) -> tuple[T | None, bool]:
        """Returns what there is, and whether storage has answered."""
        try:
            return self._fetch(key), True
        except ServiceUnavailableError:
            return latest, False
        except RefusedError as error:
            logger.warning("snapshot_refused", reason=str(error))
        except Exception:  # these threads serve every visitor, so an error in one answer must not end them
            logger.exception("snapshot_failed")
        return latest, True
