"""The differences between two model versions: metrics, training options and training data.

A share of N examples varies by chance, so a difference within two standard errors is "too close to call". The error is
computed as if the two versions were measured on different examples, which is cautious. For metrics that are not shares,
the manifest does not say how much they vary, so these are only called "higher" or "lower".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from shared.contracts.inference import ModelDetails

Outcome = Literal["better", "worse", "the same", "too close to call", "higher", "lower"]

NOISE = 2.0  # standard errors
ACCURACY, REJECTED, EXAMPLES = "accuracy", "rejected", "examples"  # names in a manifest
SLICES = {
    "mnist": "MNIST",
    "mnist_pictures": "MNIST as pictures",
    "pen_letters": "letters",
    "not_digits": "scribbles",
}
MEASURES = {
    ACCURACY: "read right",
    REJECTED: "rejected as not a digit",
    "nll": "negative log-likelihood",
    "calibration_error": "calibration error",
}


@dataclass(frozen=True)
class Difference:
    """One metric of one slice, in two versions."""

    slice_name: str
    measure: str
    before: float
    after: float
    higher_is_better: bool
    outcome: Outcome


def name_slice(name: str) -> str:
    """The name of a slice as the page shows it."""
    return SLICES.get(name, name.replace("_", " "))


def name_measure(name: str) -> str:
    """The name of a metric as the page shows it."""
    return MEASURES.get(name, name.replace("_", " "))


def is_share(measure: str) -> bool:
    """Whether the metric is a share of the examples."""
    return measure in {ACCURACY, REJECTED}


def compare_metrics(before: ModelDetails, after: ModelDetails) -> list[Difference]:
    """Every metric that both versions have, slice by slice."""
    return [
        difference
        for name, metrics in after.metrics.items()
        if name in before.metrics
        for difference in _compare_slice(name, before.metrics[name], metrics)
    ]


def compare_settings(
    before: Mapping[str, object], after: Mapping[str, object]
) -> list[tuple[str, object | None, object | None]]:
    """(name, before, after) of each setting that differs. None stands for a missing setting."""
    names = sorted(before.keys() | after.keys())
    return [(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)]


def _compare_slice(name: str, before: Mapping[str, float], after: Mapping[str, float]) -> Iterator[Difference]:
    holds_digits = ACCURACY in after
    for measure in (name for name in after if name in before and name != EXAMPLES):
        higher_is_better = measure == ACCURACY or (measure == REJECTED and not holds_digits)
        change = after[measure] - before[measure]
        if is_share(measure):
            error = sqrt(_variance(before, measure) + _variance(after, measure))
            outcome = _compare_shares(change if higher_is_better else -change, error)
        else:
            outcome = _compare_numbers(change)
        yield Difference(name, measure, before[measure], after[measure], higher_is_better, outcome)


def _variance(metrics: Mapping[str, float], measure: str) -> float:
    share, examples = metrics[measure], metrics.get(EXAMPLES, 0)
    return share * (1 - share) / examples if examples else 0.0


def _compare_shares(gain: float, standard_error: float) -> Outcome:
    if gain == 0:
        return "the same"
    if abs(gain) <= NOISE * standard_error:
        return "too close to call"
    return "better" if gain > 0 else "worse"


def _compare_numbers(change: float) -> Outcome:
    if change == 0:
        return "the same"
    return "higher" if change > 0 else "lower"
