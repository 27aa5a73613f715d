"""Compares the memory and the open files of each part of the stack at the end of its longest life with those before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from benchmarks.soak.faults import LAST_MINUTES
from benchmarks.soak.samples import Sample

MOST = 0.05  # growth of the memory
WINDOW = 0.1  # of the compared time: the its first and its last part are compared


@dataclass(frozen=True)
class Growth:
    """What one part of the stack used at the begin and at the end of the compared minutes of its longest life."""

    part: str
    since_min: float
    until_min: float
    memory_mb: tuple[float, float]
    pss_mb: tuple[float, float]
    files: tuple[int, int]  # the fewest, because some are open for a moment
    connections: tuple[int, int]  # the fewest

    @property
    def memory(self) -> float:
        """Growth of the memory as a share of it."""
        before, after = self.memory_mb
        return after / before - 1

    @property
    def is_flat(self) -> bool:
        """Whether it stayed within the target."""
        return self.memory <= MOST and self.files[1] <= self.files[0]


def compare(samples: Sequence[Sample], minutes: int) -> list[Growth]:
    """Compare each part from a sixth of the soak after its longest life began, to the kills at the end of the soak."""
    return compare_lives(samples, warm_up_s=minutes * 10, until_s=(minutes - LAST_MINUTES) * 60)


def compare_lives(samples: Sequence[Sample], warm_up_s: float, until_s: float) -> list[Growth]:
    """Compare each part, from `warm_up_s` after the start of its longest life to the end of that, or to `until_s`."""
    parts = sorted({sample.part for sample in samples})
    grown = (
        _compare([one for one in samples if one.part == part and one.seconds < until_s], warm_up_s) for part in parts
    )
    return [one for one in grown if one is not None]


def _compare(samples: Iterable[Sample], warm_up_s: float) -> Growth | None:
    lives = [list(life) for _, life in groupby(samples, key=lambda sample: sample.life)]
    life = max(lives, key=lambda one: one[-1].seconds - one[0].seconds)
    compared = [one for one in life if one.seconds >= life[0].seconds + warm_up_s]
    if len(compared) < 2:
        return None
    size = max(1, int(len(compared) * WINDOW))
    first, last = compared[:size], compared[-size:]
    return Growth(
        compared[0].part,
        compared[0].seconds / 60,
        compared[-1].seconds / 60,
        (_median_mb(first, "anonymous_kb"), _median_mb(last, "anonymous_kb")),
        (_median_mb(first, "pss_kb"), _median_mb(last, "pss_kb")),
        (_fewest(first, "files"), _fewest(last, "files")),
        (_fewest(first, "connections"), _fewest(last, "connections")),
    )


def _median_mb(samples: Sequence[Sample], name: str) -> float:
    return float(median(getattr(sample, name) for sample in samples)) / 1000


def _fewest(samples: Sequence[Sample], name: str) -> int:
    return min(int(getattr(sample, name)) for sample in samples)
