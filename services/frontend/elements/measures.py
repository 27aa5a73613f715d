"""How far the statistics can be trusted: shares with their 95 % intervals, and the calibration of confidences.

It takes the counts of storage. `training/evaluation` has the same formulas, but the frontend must not import training.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, sqrt
from statistics import NormalDist

from shared.contracts.storage import ConfidenceBin

Z95 = NormalDist().inv_cdf(0.975)  # 1.96 standard deviations to either side hold 95 % of a normal distribution


@dataclass(frozen=True)
class Tally:
    """How many labelled predictions of one group are right. `labelled` is at least 1."""

    name: str
    correct: int
    labelled: int

    @property
    def accuracy(self) -> float:
        """0 to 1."""
        return self.correct / self.labelled

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the true accuracy."""
        return wilson_interval(self.correct, self.labelled)


def wilson_interval(correct: int, labelled: int) -> tuple[float, float]:
    """95 % interval of the true share. ZeroDivisionError if `labelled` is 0. Wilson 1927."""
    share, z = correct / labelled, Z95
    centre = (share + z * z / (2 * labelled)) / (1 + z * z / labelled)
    half = z / (1 + z * z / labelled) * sqrt(share * (1 - share) / labelled + z * z / (4 * labelled * labelled))
    return max(0.0, centre - half), min(1.0, centre + half)


def sign_test(first: int, second: int) -> float:
    """How often chance alone splits `first` + `second` pairs at least as unevenly. At least one pair. McNemar 1947.

    Two-sided and exact: each pair falls to either side with a chance of one half.
    """
    pairs = first + second
    tail = sum(
        exp(lgamma(pairs + 1) - lgamma(few + 1) - lgamma(pairs - few + 1) - pairs * log(2))
        for few in range(min(first, second) + 1)
    )
    return min(1.0, 2 * tail)


def tally_digits(confusion: Sequence[Sequence[int]]) -> list[Tally]:
    """`confusion[label][digit]` → one tally per true digit. Digits without labels are left out."""
    return [Tally(str(label), row[label], sum(row)) for label, row in enumerate(confusion) if sum(row)]


def tally_bin(confidence_bin: ConfidenceBin) -> Tally | None:
    """The labelled predictions of one bin; None if it has none."""
    if confidence_bin.accuracy is None:
        return None
    name = f"{confidence_bin.lower:.0%} to {confidence_bin.upper:.0%}"
    return Tally(name, round(confidence_bin.accuracy * confidence_bin.labelled), confidence_bin.labelled)


def calibration_error(bins: Sequence[ConfidenceBin]) -> float | None:
    """Expected calibration error: the mean gap between confidence and accuracy, weighted by labels. Guo et al. 2017.

    None if there are no labels.
    """
    gaps = [
        (one.labelled, abs(one.accuracy - one.confidence))
        for one in bins
        if one.accuracy is not None and one.confidence is not None
    ]
    labelled = sum(count for count, _ in gaps)
    return sum(count * gap for count, gap in gaps) / labelled if labelled else None
