"""Logits → calibrated probabilities and the digit score. Both are fitted on validation data when a model is published.

Temperature: Guo et al. 2017, §4.2. Digit score: the log-sum-exp of the logits (their free energy, Liu et al. 2020),
which training raises for digits and lowers for what is none, put through a sigmoid so that it reads as 0..1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.float32]  # (B, 10)
Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """What turns logits into the answer. A drawing below `digit_score_threshold` does not look like a digit.

    One with a confidence below `doubtful_below` is looked at again (`second_look.py`); at 0 none is.
    """

    temperature: float = 1.0
    energy_centre: float = 0.0
    energy_scale: float = 1.0
    digit_score_threshold: float = 0.5
    doubtful_below: float = 0.0

    def probabilities(self, logits: Logits) -> Reals:
        """(B, 10) → (B, 10), rows sum to 1."""
        scaled = logits.astype(np.float64) / self.temperature
        exponentials = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))

    def digit_scores(self, logits: Logits) -> Reals:
        """(B, 10) → (B,) in 0..1."""
        energies = (_log_sum_exp(logits.astype(np.float64)) - self.energy_centre) / self.energy_scale
        return np.asarray(1 / (1 + np.exp(-energies.clip(-500, 500))))


def _log_sum_exp(logits: Reals) -> Reals:
    """(B, 10) → (B,)."""
    highest = logits.max(axis=1)
    return np.asarray(highest + np.log(np.exp(logits - highest[:, None]).sum(axis=1)))
