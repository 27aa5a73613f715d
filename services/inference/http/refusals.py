"""Refuses a request if its lane has no room, and counts and logs every refused request by its reason."""

from services.inference.lanes.load import Load
from services.inference.metrics import Metrics
from shared.web.problems import ProblemError
from shared.web.refusal_log import RefusalLog

RETRY_AFTER_S = 1
DETAILS = {
    "short_lane": "Too many drawings are waiting to be read. Try again in a moment.",
    "long_lane": "Too many pages, batches, large pictures or explanations are waiting. Try again in a moment.",
}


class Refusals:
    """One object per app. Use it in the event loop."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._log = RefusalLog()

    def check_room(self, load: Load, caller: str) -> None:
        """ProblemError `overloaded` if the lane of this load has no room for the caller."""
        if load.has_room_for(caller):
            return
        self.count(load.lane, caller)
        raise ProblemError("overloaded", DETAILS[load.lane], {"Retry-After": str(RETRY_AFTER_S)})

    def count(self, reason: str, caller: str) -> None:
        """Count and log a refused request."""
        self._metrics.refused.labels(reason).inc()
        self._log.note(reason, caller)
