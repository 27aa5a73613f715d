"""Refuses requests because of load: the problem, the metric by reason, and a log event that sums them up."""

import time
from collections import Counter

import structlog

from services.inference.lanes.load import Load
from services.inference.metrics import Metrics
from shared.web.problems import ProblemError

logger = structlog.get_logger(__name__)

LOG_INTERVAL_S = 1.0  # one event for all refusals of this time, because a flood may cause thousands of them
RETRY_AFTER_S = 1
DETAILS = {
    "short_lane": "Too many drawings are waiting to be read. Try again in a moment.",
    "long_lane": "Too many pages, batches, large pictures or explanations are waiting. Try again in a moment.",
}


class Refusals:
    """One object per app. Use it in the event loop."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._unlogged: Counter[str] = Counter()
        self._logged_at = 0.0

    def check_room(self, load: Load, caller: str) -> None:
        """ProblemError `overloaded` if the lane of this load has no room for the caller."""
        if load.has_room_for(caller):
            return
        self.count(load.lane, caller)
        raise ProblemError("overloaded", DETAILS[load.lane], {"Retry-After": str(RETRY_AFTER_S)})

    def count(self, reason: str, caller: str) -> None:
        """Count a refused request. The log gets one event per second with the number of refusals by reason."""
        self._metrics.refused.labels(reason).inc()
        self._unlogged[reason] += 1
        now = time.monotonic()
        if now - self._logged_at >= LOG_INTERVAL_S:
            logger.warning("requests_refused", caller=caller, reasons=dict(self._unlogged))
            self._unlogged.clear()
            self._logged_at = now
