"""What changed between two model versions: every measured number, and every option and data set that is not the same.

A share of N examples moves by chance; a difference within two standard errors is called too close to call. The two
are taken as measured on different examples, which errs on the side of calling less. Of what is no share a manifest
does not say how far chance moves it, so it is called higher or lower and no more.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from shared.contracts.inference import ModelDetails

Outcome = Literal["better", "worse", "the same", "too close to call", "higher", "lower"]

NOISE = 2.0  # standard errors
ACCURACY, REFUSED, EXAMPLES = "accuracy", "refused", "examples"
SLICES = {
    "mnist": "MNIST",
    "mnist_pictures": "MNIST as pictures",
    "pen_letters": "letters",
    "not_digits": "scribbles",
}
MEASURES = {
    ACCURACY: "read right",
    REFUSED: "refused as no digit",
    "nll": "negative log-likelihood",
    "calibration_error": "calibration error",
}


@dataclass(frozen=True)
class Difference:
    """One number of one slice, before and after; `more_is_better` says which way is up."""

    slice_name: str
    measure: str
    before: float
    after: float
    more_is_better: bool
    outcome: Outcome


def name_slice(name: str) -> str:
    """As a person says it."""
    return SLICES.get(name, name.replace("_", " "))


def name_measure(name: str) -> str:
    """As a person says it."""
    return MEASURES.get(name, name.replace("_", " "))


def is_share(measure: str) -> bool:
    """Of all examples, each of which it holds for or not."""
    return measure in {ACCURACY, REFUSED}


def compare_metrics(before: ModelDetails, after: ModelDetails) -> list[Difference]:
    """Slice by slice, what was measured for both."""
    return [
        difference
        for name, metrics in after.metrics.items()
        if name in before.metrics
        for difference in _compare_slice(name, before.metrics[name], metrics)
    ]


def compare_settings(
    before: Mapping[str, object], after: Mapping[str, object]
) -> list[tuple[str, object | None, object | None]]:
    """(name, before, after) of each that is not the same; None where there is none."""
    names = sorted(before.keys() | after.keys())
    return [(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)]


def _compare_slice(name: str, before: Mapping[str, float], after: Mapping[str, float]) -> Iterator[Difference]:
    holds_digits = ACCURACY in after
    for measure in (one for one in after if one in before and one != EXAMPLES):
        more_is_better = measure == ACCURACY or (measure == REFUSED and not holds_digits)
        change = after[measure] - before[measure]
        if is_share(measure):
            error = sqrt(_variance(before, measure) + _variance(after, measure))
            outcome = _judge(change if more_is_better else -change, error)
        else:
            outcome = _say_direction(change)
        yield Difference(name, measure, before[measure], after[measure], more_is_better, outcome)


def _variance(metrics: Mapping[str, float], measure: str) -> float:
    share, examples = metrics[measure], metrics.get(EXAMPLES, 0)
    return share * (1 - share) / examples if examples else 0.0


def _judge(gain: float, standard_error: float) -> Outcome:
    if gain == 0:
        return "the same"
    if abs(gain) <= NOISE * standard_error:
        return "too close to call"
    return "better" if gain > 0 else "worse"


def _say_direction(change: float) -> Outcome:
    if change == 0:
        return "the same"
    return "higher" if change > 0 else "lower"
