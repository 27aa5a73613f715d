"""Logits → calibrated probabilities and the digit score. Both are fitted on validation data when a model is published.

Temperature: Guo et al. 2017, §4.2. Digit score: the log-sum-exp of the logits (their free energy, Liu et al. 2020),
which training raises for digits and lowers for what is none, put through a sigmoid so that it reads as 0..1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

REFUSED_DIGITS = 0.007  # share of validation digits below the threshold; of digits never seen at most 1 % shall be


@dataclass(frozen=True)
class Calibration:
    """What turns logits into the answer. A drawing below `digit_score_threshold` does not look like a digit."""

    temperature: float = 1.0
    energy_centre: float = 0.0
    energy_scale: float = 1.0
    digit_score_threshold: float = 0.5

    def probabilities(self, logits: Tensor) -> Tensor:
        """(B, 10) → (B, 10) float32, rows sum to 1."""
        return (logits.float() / self.temperature).softmax(dim=1)

    def digit_scores(self, logits: Tensor) -> Tensor:
        """(B, 10) → (B,) in 0..1."""
        return ((logits.float().logsumexp(dim=1) - self.energy_centre) / self.energy_scale).sigmoid()


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """logits (N, 10), labels (N,) → T > 0 minimising the NLL. ValueError if N == 0. Guo et al. 2017, §4.2."""
    if len(labels) == 0:
        raise ValueError("a temperature needs at least one labelled example")
    scores = logits.double()
    log_temperature = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([log_temperature], lr=0.5, max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = cross_entropy(scores / log_temperature.exp(), labels)
        torch.autograd.backward(loss)
        return loss

    optimizer.step(closure)
    return float(log_temperature.detach().exp())


def fit_calibration(logits: Sequence[Tensor], labels: Sequence[Tensor]) -> Calibration:
    """Digits by slice, each logits (N, 10) and labels (N,).

    The temperature is the largest slice's: in a small one a few wrong labels make every answer look too sure. The
    threshold refuses at most the allowed share of the slice that has most to lose.
    """
    largest = max(range(len(labels)), key=lambda index: len(labels[index]))
    energies = [part.double().logsumexp(dim=1) for part in logits]
    return Calibration(
        temperature=fit_temperature(logits[largest], labels[largest]),
        energy_centre=min(float(part.quantile(REFUSED_DIGITS)) for part in energies),
        energy_scale=float(torch.cat(energies).std()),
        digit_score_threshold=0.5,
    )
