"""Logits → calibrated probabilities and the digit score.

The probabilities are a softmax with a temperature (Guo et al. 2017, §4.2). The digit score is the log-sum-exp of the
logits (their negative free energy, Liu et al. 2020), which training raises for digits and lowers for everything else. A
sigmoid maps it to 0..1. Training fits the constants when it publishes a model version.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.float32]  # (B, 10)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """The constants that turn logits into an answer; a part of each version's manifest."""

    temperature: float = 1.0
    energy_centre: float = 0.0  # the log-sum-exp that gives a digit score of 0.5
    energy_scale: float = 1.0
    digit_score_threshold: float = 0.5  # a drawing with a lower digit score is rejected: it is not a digit
    doubtful_below: float = 0.0  # a lower confidence is doubtful, see `augmented_views.py`; 0 turns that off

    def probabilities(self, logits: Logits) -> Floats:
        """Logits (B, 10) → (B, 10), each row sums to 1."""
        scaled = logits.astype(np.float64) / self.temperature
        exponentials = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))

    def digit_scores(self, logits: Logits) -> Floats:
        """Logits (B, 10) → (B,) in 0..1."""
        energies = (_log_sum_exp(logits.astype(np.float64)) - self.energy_centre) / self.energy_scale
        return np.asarray(1 / (1 + np.exp(-energies.clip(-500, 500))))


def _log_sum_exp(logits: Floats) -> Floats:
    """(B, 10) → (B,)."""
    highest = logits.max(axis=1)
    return np.asarray(highest + np.log(np.exp(logits - highest[:, None]).sum(axis=1)))
