"""When the Draw page repeats a request for an answer that failed."""

import math
import time
from dataclasses import dataclass

RETRY_S = 3.0  # before the first repeated request; doubles each time
MAX_TRIES = 5


@dataclass
class Retries:
    """`problem` is the sentence for the visitor, `failures` counts the requests that were not answered."""

    problem: str | None = None
    failures: int = 0
    retry_at: float = math.inf  # on the clock of `time.monotonic`

    def fail(self, problem: str) -> None:
        """Plans the next request after one without an answer. The wait doubles; after MAX_TRIES there is none."""
        self.problem = problem
        self.failures += 1
        wait_s = RETRY_S * 2 ** (self.failures - 1)
        self.retry_at = time.monotonic() + wait_s if self.failures < MAX_TRIES else math.inf

    def wait(self, problem: str) -> None:
        """Plans a request as soon as the recogniser is back, without a first one now."""
        self.problem = problem
        self.failures, self.retry_at = max(1, self.failures), time.monotonic()

    def forget_failures(self) -> None:
        """Plans no further request, because an answer came or the drawing has changed."""
        self.failures, self.retry_at = 0, math.inf

    @property
    def is_time_to_retry(self) -> bool:
        """Whether the planned time has come."""
        return time.monotonic() >= self.retry_at
