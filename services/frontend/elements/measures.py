"""How sure the statistics are: a share with the interval that chance leaves it, and how honest confidences are."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from shared.contracts.storage import ConfidenceBin

Z95 = 1.96  # standard deviations to either side that hold 95 % of a normal distribution


@dataclass(frozen=True)
class Tally:
    """How many of the labelled predictions of one kind are right; at least one is labelled."""

    name: str
    correct: int
    labelled: int

    @property
    def accuracy(self) -> float:
        """0..1."""
        return self.correct / self.labelled

    @property
    def interval(self) -> tuple[float, float]:
        """95 % for the true accuracy."""
        return wilson_interval(self.correct, self.labelled)


def wilson_interval(correct: int, labelled: int) -> tuple[float, float]:
    """95 % for the true share. ZeroDivisionError where nothing is labelled. Wilson 1927."""
    share, z = correct / labelled, Z95
    centre = (share + z * z / (2 * labelled)) / (1 + z * z / labelled)
    half = z / (1 + z * z / labelled) * sqrt(share * (1 - share) / labelled + z * z / (4 * labelled * labelled))
    return max(0.0, centre - half), min(1.0, centre + half)


def tally_digits(confusion: Sequence[Sequence[int]]) -> list[Tally]:
    """`confusion[label][digit]` → how many of each true digit were read right; digits nobody labelled are left out."""
    return [Tally(str(label), row[label], sum(row)) for label, row in enumerate(confusion) if sum(row)]


def tally_bin(one: ConfidenceBin) -> Tally | None:
    """The labelled predictions of a bin; None where there are none."""
    name = f"{one.lower:.0%} to {one.upper:.0%}"
    return None if one.accuracy is None else Tally(name, round(one.accuracy * one.labelled), one.labelled)


def calibration_error(bins: Sequence[ConfidenceBin]) -> float | None:
    """The mean gap of confidence and accuracy, weighted by the labelled; None where there are none. Guo et al. 2017."""
    gaps = [
        (one.labelled, abs(one.accuracy - one.confidence))
        for one in bins
        if one.accuracy is not None and one.confidence is not None
    ]
    labelled = sum(count for count, _ in gaps)
    return sum(count * gap for count, gap in gaps) / labelled if labelled else None
