"""Whether a service answers: a thread asks at intervals, and pages read the last answer without waiting."""

import threading
from typing import Protocol

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
            self.ask_now()
            self._closing.wait(self._every_s)
