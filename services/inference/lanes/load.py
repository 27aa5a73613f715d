"""How much work waits in a lane, and for whom. It decides whether a caller may add more.

The unit of work is the cost of one image in the network. How long a unit takes is measured while the lane works.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

SMOOTHING = 0.2  # weight of the newest measurement in the moving average
HARD_LIMIT = 20  # times the longest wait: then even callers below their share are refused


@dataclass
class Load:
    """`max_wait_s` is the longest expected wait of accepted work. Below `free_units` nobody is refused.

    `on_change` is called with the number of units that were added or removed.
    """

    lane: str
    max_wait_s: float
    free_units: int
    on_change: Callable[[int], None]
    units: int = 0  # accepted and not yet answered
    seconds_per_unit: float = 0.0  # moving average; 0 before the first measurement
    _by_caller: Counter[str] = field(default_factory=Counter)

    @property
    def expected_wait_s(self) -> float:
        """How long the last unit waits."""
        return self.units * self.seconds_per_unit

    def add(self, caller: str, units: int) -> None:
        """Count accepted work."""
        self.units += units
        self._by_caller[caller] += units
        self.on_change(units)

    def remove(self, caller: str, units: int) -> None:
        """Count work that was answered, failed or cancelled."""
        self.units -= units
        self._by_caller[caller] -= units
        if not self._by_caller[caller]:
            del self._by_caller[caller]
        self.on_change(-units)

    def measure(self, seconds: float, units: int) -> None:
        """Note that so many units took so many seconds."""
        per_unit, average = seconds / units, self.seconds_per_unit
        self.seconds_per_unit += SMOOTHING * (per_unit - average) if average else per_unit

    def has_room_for(self, caller: str) -> bool:
        """Whether the caller may add work.

        A lane whose wait is too long refuses the callers that have more than an equal share of the waiting work.
        """
        if self.units < self.free_units or self.expected_wait_s <= self.max_wait_s:
            return True
        if self.expected_wait_s > HARD_LIMIT * self.max_wait_s:
            return False
        return self._by_caller[caller] * (len(self._by_caller) + 1) < self.units
