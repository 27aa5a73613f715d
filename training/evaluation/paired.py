"""Compares two versions on the same examples: the difference, its 95 % interval, and whether it is more than noise.

Only examples that exactly one of the two reads rightly say anything about the difference (McNemar 1947).
"""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from training.evaluation.intervals import CONFIDENCE, Interval

NOISE = 2.0  # standard deviations

Verdicts = NDArray[np.bool_]  # (N,): whether each example of a slice is right
Change = Literal["better", "worse", "within noise"]


@dataclass(frozen=True)
class Comparison:
    """One slice as it was read `before`, by the version in use, and `after`, by the candidate."""

    name: str
    before: Verdicts
    after: Verdicts

    @property
    def difference(self) -> float:
        """Return by how much the share of right answers rose, -1..1."""
        return float(self.after.mean() - self.before.mean())

    @property
    def interval(self) -> Interval:
        """Return the interval of the difference."""
        return paired_interval(*count_changes(self.after, self.before), len(self.before))

    @property
    def change(self) -> Change:
        """Return the difference in words."""
        if is_worse(self.after, self.before):
            return "worse"
        return "better" if is_worse(self.before, self.after) else "within noise"


def is_worse(candidate: Verdicts, current: Verdicts) -> bool:
    """Return whether the candidate lost more examples than it won, by more than noise. McNemar 1947."""
    lost, won = count_changes(candidate, current)
    return lost - won > NOISE * sqrt(lost + won)


def count_changes(candidate: Verdicts, current: Verdicts) -> tuple[int, int]:
    """Return how many examples the candidate lost, and how many it won."""
    return int((current & ~candidate).sum()), int((candidate & ~current).sum())


def paired_interval(lost: int, won: int, examples: int) -> Interval:
    """Return the interval of the difference of two shares of the same examples. Agresti and Min 2005.

    It is Wald's interval after half an example is added to each of the four cells, so that it has a width even if no
    example changed.
    """
    total = examples + 2
    difference = (won - lost) / total
    spread = sqrt(max(0.0, (won + lost + 1) / total - difference**2) / total)
    width = float(norm.ppf((1 + CONFIDENCE) / 2)) * spread
    return difference - width, difference + width
