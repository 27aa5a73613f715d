"""A copy of what storage holds, which a thread renews, so that a page can show it without waiting for storage."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

import structlog

from shared.clients.service import RefusedError, ServiceUnavailableError

logger = structlog.get_logger(__name__)

RETRY_S = 1.0

T = TypeVar("T")


class Snapshot(Generic[T]):
    """The last answer of `fetch`, None before the first one. `mark_outdated` makes the thread ask again."""

    def __init__(self, fetch: Callable[[], T], retry_s: float = RETRY_S) -> None:
        self._fetch = fetch
        self._retry_s = retry_s
        self._latest: T | None = None
        self._wanted, self._shown = 0, 0  # numbers of the wanted version and of the one in `_latest`
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._renew, name="snapshot", daemon=True)
        self._thread.start()

    def mark_outdated(self) -> None:
        """Asks for a newer version, and returns at once."""
        with self._changed:
            self._wanted += 1
            self._changed.notify_all()

    def get(self, timeout_s: float) -> tuple[T | None, int | None]:
        """Waits at most `timeout_s` for the wanted version.

        Returns the last version, and the number of the wanted one if that is still to come, for `has`.
        """
        with self._changed:
            wanted = self._wanted
            is_there = self._changed.wait_for(lambda: self._shown >= wanted, timeout_s)
            return self._latest, None if is_there else wanted

    def has(self, number: int) -> bool:
        """Whether this version, or a later one, is there."""
        with self._changed:
            return self._shown >= number

    def close(self) -> None:
        """Ends the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def _renew(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._shown < self._wanted or self._closing)
                if self._closing:
                    return
                wanted = self._wanted
            fetched, is_answered = self._try_to_fetch()
            with self._changed:
                if is_answered:
                    self._latest, self._shown = fetched, wanted
                    self._changed.notify_all()
                else:
                    self._changed.wait_for(lambda: self._closing, self._retry_s)

    def _try_to_fetch(self) -> tuple[T | None, bool]:
        """Returns what there is, and whether the service has answered."""
        try:
            return self._fetch(), True
        except ServiceUnavailableError:
            return self._latest, False
        except RefusedError as error:
            logger.warning("snapshot_refused", reason=str(error))
        except Exception:  # this thread serves every visitor, so an error in one answer must not end it
            logger.exception("snapshot_failed")
        return self._latest, True
