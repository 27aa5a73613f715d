"""Measures how far confidence and accuracy agree: the bins of a reliability diagram."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.evaluation.measures import CALIBRATION_BINS

Labels = NDArray[np.int64]  # (N,) in 0..9
Probabilities = NDArray[np.float32]  # (N, 10), rows sum to 1


@dataclass(frozen=True)
class Reliability:
    """For each confidence bin: number of digits, mean confidence and accuracy (NaN in an empty bin)."""

    counts: NDArray[np.int64]  # (CALIBRATION_BINS,)
    confidences: NDArray[np.float64]  # (CALIBRATION_BINS,), 0..1
    accuracies: NDArray[np.float64]  # (CALIBRATION_BINS,), 0..1

    @property
    def calibration_error(self) -> float:
        """Return the expected calibration error: the mean gap between confidence and accuracy, weighted by count.

        Guo et al. 2017, §2.
        """
        gaps = np.nan_to_num(np.abs(self.accuracies - self.confidences))
        return float((gaps * self.counts).sum() / self.counts.sum())


def measure_reliability(labels: Labels, probabilities: Probabilities) -> Reliability:
    """labels (N,), probabilities (N, 10) → reliability in bins of equal width. An edge belongs to the bin below it."""
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    bins = np.clip(np.ceil(confidence * CALIBRATION_BINS).astype(int), 1, CALIBRATION_BINS) - 1
    counts = np.bincount(bins, minlength=CALIBRATION_BINS)
    with np.errstate(invalid="ignore"):
        confidences = np.bincount(bins, confidence, CALIBRATION_BINS) / counts
        accuracies = np.bincount(bins, right, CALIBRATION_BINS) / counts
    return Reliability(counts, confidences, accuracies)
