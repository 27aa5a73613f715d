"""Compares the drawings of some days with the validation data, one measure at a time, and decides whether they differ.

The population stability index says how much (Siddiqi 2006, Credit Risk Scorecards; by his rule of thumb above 0.25 is a
clear change and below 0.1 none). By chance alone it follows a chi-squared distribution that depends on both numbers of
examples (Yurdakul and Naranjo 2020, Journal of Risk Model Validation 14). So an index counts only if it is above the
rule of thumb, and also above what chance explains. Its direction is Cliff's delta (Cliff 1993).
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from shared.contracts.drift import Measure
from training.drift.histograms import EDGES, Counts
from training.drift.reference import Reference

MIN_DRAWINGS = 100  # fewer are not compared
FALSE_ALARMS = 0.01  # share of reports in which chance alone would cause a sentence, if all drawings were independent
# Digits and ink differ between installations as they are. Answers differ less, and most are in one bin.
LEAST_INDEX: dict[Measure, float] = {"confidence": 0.1, "digit_score": 0.1}
CLEAR_INDEX = 0.25
# Ink that only varies less than the validation data is no drift. Romano et al. 2006 call 0.33 a medium effect.
LEAST_DELTA: dict[Measure, float] = {"line_width": 0.33, "size": 0.33, "darkness": 0.33}

Shares = NDArray[np.float64]  # one for each bin, the sum is 1


@dataclass(frozen=True)
class Comparison:
    """`delta` is Cliff's: 1 if all drawings have higher values than the validation data, −1 if all have lower ones."""

    measure: Measure
    drawings: Counts
    validation: Shares
    index: float
    delta: float
    differs: bool


def compare(measure: Measure, drawings: Counts, validation: Reference) -> Comparison:
    """Compare the counts of a measure with those of the validation data, which has at least one example."""
    bins, number = len(drawings), int(drawings.sum())
    shares = (drawings + 0.5) / (number + bins / 2)  # half an example more in each bin, because the index divides
    index = float(((shares - validation.shares) * np.log(shares / validation.shares)).sum())
    delta = measure_delta(drawings / max(1, number), validation.shares)
    limit = (1 / max(1, number) + 1 / validation.examples) * chance_quantile(bins)
    differs = (
        number >= MIN_DRAWINGS
        and index >= max(limit, LEAST_INDEX.get(measure, CLEAR_INDEX))
        and abs(delta) >= LEAST_DELTA.get(measure, 0)
    )
    return Comparison(measure, drawings, validation.shares, index, delta, differs)


@cache
def chance_quantile(bins: int) -> float:
    """Return what an index, divided by 1/n + 1/m, exceeds by chance in FALSE_ALARMS of all reports (Bonferroni)."""
    return float(chi2.ppf(1 - FALSE_ALARMS / len(EDGES), bins - 1))


def measure_delta(drawings: NDArray[Any], validation: NDArray[Any]) -> float:
    """Two distributions over the same bins → P(drawing higher) − P(drawing lower), −1..1. Equal bins are ties."""
    below = np.cumsum(validation) - validation
    return float((drawings * (below - (1 - below - validation))).sum())
