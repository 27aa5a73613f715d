"""95 % confidence intervals: how far chance may have moved a measured value."""

import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import DegenerateDataWarning, binomtest, bootstrap

CONFIDENCE = 0.95
RESAMPLES = 1000

Interval = tuple[float, float]


def wilson_interval(right: int, examples: int) -> Interval:
    """Return the interval of a share of right answers. Wilson 1927."""
    interval = binomtest(right, examples).proportion_ci(CONFIDENCE, "wilson")
    return float(interval.low), float(interval.high)


def bootstrap_interval(measure: Callable[..., float], *samples: NDArray[np.float64], seed: int = 0) -> Interval:
    """Return the interval of a measure of independent samples, each resampled along its first axis.

    Bias-corrected and accelerated (BCa, Efron 1987), because a calibration error grows when it is resampled. The
    interval is the measured value itself if leaving out any one example does not change it.
    """

    def measure_resampled(*rows: NDArray[np.int64]) -> float:
        return measure(*(sample[chosen.astype(int)] for sample, chosen in zip(samples, rows, strict=True)))

    with np.errstate(invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", DegenerateDataWarning)
        result = bootstrap(
            [np.arange(len(sample)) for sample in samples],  # rows, so that a sample may have several columns
            measure_resampled,
            vectorized=False,
            n_resamples=RESAMPLES,
            confidence_level=CONFIDENCE,
            method="BCa",
            rng=np.random.default_rng(seed),
        )
    low, high = result.confidence_interval
    if np.isnan(low) or np.isnan(high):  # BCa divides by the variance over the left-out examples
        return measure(*samples), measure(*samples)
    return float(low), float(high)
