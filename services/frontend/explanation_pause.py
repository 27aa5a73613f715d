"""Whether to ask inference for a saliency map beside a prediction.

An answer waits for its map. A service that is too busy makes every answer wait and leaves the map out, so the page
stops asking for a while.
"""

import time
from typing import Protocol

PAUSE_S = 10.0


class Clock(Protocol):
    """The function of the module `time` that the pause needs. Tests pass a fake clock."""

    def monotonic(self) -> float:
        """Returns seconds since an arbitrary moment."""


class ExplanationPause:
    """One for all visitors of the process."""

    def __init__(self, clock: Clock = time) -> None:
        self._clock = clock
        self._until = clock.monotonic()

    @property
    def is_over(self) -> bool:
        """Whether the next request should ask for a map."""
        return self._clock.monotonic() >= self._until

    def begin(self) -> None:
        """Call this when an answer came without the map that it should have."""
        self._until = self._clock.monotonic() + PAUSE_S
