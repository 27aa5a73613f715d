"""One row of the table: what a load did to the others and to the memory, and which targets that misses."""

from collections import Counter
from dataclasses import dataclass

from benchmarks.fairness.callers import Answers
from benchmarks.fairness.load import MIB
from benchmarks.fairness.others import Waits

MAX_RATIO = {1: 3.0, 4: 5.0}  # others' median, loaded to unloaded, by number of callers
MAX_FAILED = {1: 0.0, 4: 0.01}  # share of the others' requests
TOGETHER = "4, one address with the others"


@dataclass(frozen=True)
class Row:
    """`callers` is their number, or TOGETHER. Rows with another number of callers have a target of the memory only."""

    load: str
    callers: int | str
    unloaded: Waits
    loaded: Waits
    answers: Answers  # of the load
    before_bytes: int
    peak_bytes: int
    growth_mib: int | None  # target
    has_ended: bool = False

    @property
    def has_targets(self) -> bool:
        """True if the others or the memory have a target."""
        return self.callers in MAX_RATIO or self.growth_mib is not None

    @property
    def ratio(self) -> float:
        """Of the medians. NaN if nothing was answered."""
        return self.loaded.median_ms / self.unloaded.median_ms

    @property
    def growth(self) -> float:
        """Peak memory under load above the memory before, in MiB."""
        return (self.peak_bytes - self.before_bytes) / MIB

    def list_missed(self) -> list[str]:
        """The targets that are missed, and failures that no load may cause."""
        missed = []
        if isinstance(self.callers, int) and self.callers in MAX_RATIO:
            if not self.ratio <= MAX_RATIO[self.callers]:  # also if it is NaN
                missed.append("median")
            if self.loaded.failed_share > MAX_FAILED[self.callers]:
                missed.append("refused")
        if self.growth_mib is not None and self.growth > self.growth_mib:
            missed.append("memory")
        missed += [f"{answer} × {count}" for answer, count in find_failures(self.loaded.answers + self.answers).items()]
        if self.has_ended:
            missed.append("the service ended")
        return missed


def find_failures(answers: Answers) -> Answers:
    """The 5xx answers that are no refusal."""
    return Counter({answer: count for answer, count in answers.items() if answer.startswith("5") and answer != "503"})
