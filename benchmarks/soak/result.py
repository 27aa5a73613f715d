"""What a soak found, and whether it is as it must be."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.soak.asking import Tally
from benchmarks.soak.growth import Growth
from benchmarks.soak.ledger import Books

AVAILABLE = 0.999


@dataclass(frozen=True)
class Happened:
    """A fault, when it began (seconds since the begin, and time.monotonic) and what it cost."""

    name: str
    seconds: float
    moment: float
    failed: str = ""  # why it could not be caused


@dataclass(frozen=True)
class Result:
    """Everything that is reported."""

    minutes: float
    sustainable: float
    rate: float
    most: float
    machine_load: float  # median of the load average, with the soak itself in it
    tallies: Sequence[Tally]
    changed_answers: int
    longest_save_s: float
    unsaved: int
    visits: int
    failed_visits: Sequence[str]
    longest_visit_s: float
    books: Books
    growths: Sequence[Growth]
    happened: Sequence[Happened]
    refinement: str

    @property
    def is_good(self) -> bool:
        """Whether every target is met."""
        soon, later, *_ = self.tallies
        is_available = min(soon.available, later.available) >= AVAILABLE
        return is_available and self.books.is_right and not self.unsaved and all(one.is_flat for one in self.growths)


def list_recoveries(tally: Tally, happened: Sequence[Happened]) -> list[tuple[Happened, int, float]]:
    """Return each fault, how many first tries failed until the next fault, and after how many seconds the last did."""
    ends = [*(one.moment for one in happened[1:]), float("inf")]
    recoveries = []
    for fault, end in zip(happened, ends, strict=True):
        failed = [one.moment for one in tally.first_failures if fault.moment <= one.moment < end]
        recoveries.append((fault, len(failed), max(failed, default=fault.moment) - fault.moment))
    return recoveries
