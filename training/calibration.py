"""Fits on validation data what `shared.recognition.calibration` applies to every answer."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from shared.recognition.augmented_views import DOUBTFUL_BELOW
from shared.recognition.calibration import Calibration

REFUSED_DIGITS = 0.002  # share of validation digits below the threshold: letters score far lower, docs/experiments.md


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
        doubtful_below=DOUBTFUL_BELOW,
    )
