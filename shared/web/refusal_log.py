"""Logs refused requests in sums, because a flood may cause thousands of them per second."""

import time
from collections import Counter
from collections.abc import Callable

import structlog

logger = structlog.get_logger(__name__)

INTERVAL_S = 1.0


class RefusalLog:
    """Writes at most one event per INTERVAL_S. Use it in one thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` tells seconds since any moment."""
        self._clock = clock
        self._unlogged: Counter[str] = Counter()
        self._logged_at = float("-inf")

    def note(self, reason: str, caller: str) -> None:
        """Count a refusal. The event names the last caller and the number of refusals since the last event."""
        self._unlogged[reason] += 1
        now = self._clock()
        if now - self._logged_at >= INTERVAL_S:
            logger.warning("requests_refused", caller=caller, reasons=dict(self._unlogged))
            self._unlogged.clear()
            self._logged_at = now
