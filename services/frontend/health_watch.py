"""Whether a service answers: a thread asks at intervals, and pages read the last answer without waiting."""

import threading
from typing import Protocol

import structlog

logger = structlog.get_logger(__name__)

EVERY_S = 2.0


class Service(Protocol):
    """What the watch needs of a client."""

    def is_ready(self) -> bool:
        """Asks the service once."""

    def close(self) -> None:
        """Closes the connections."""


class HealthWatch:
    """Watches one service for all visitors. It uses a client of its own, which must give up after a few seconds."""

    def __init__(self, service: Service, every_s: float = EVERY_S) -> None:
        self._service = service
        self._every_s = every_s
        self._is_ready = True  # until the first answer
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="health-watch", daemon=True)
        self._thread.start()

    @property
    def is_ready(self) -> bool:
        """The last answer."""
        return self._is_ready

    def ask_now(self) -> bool:
        """Asks once more and waits for the answer, for a caller to whom the last one is too old."""
        self._is_ready = self._service.is_ready()
        return self._is_ready

    def close(self) -> None:
        """Ends the thread and closes the client."""
        self._closing.set()
        self._thread.join()
        self._service.close()

    def _watch(self) -> None:
        while not self._closing.is_set():
            try:
                self.ask_now()
            except Exception:  # an error in one request must not end the watch
                logger.exception("health_watch_failed")
                self._is_ready = False
            self._closing.wait(self._every_s)
