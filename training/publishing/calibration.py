"""Fits the calibration of a version on validation digits: its temperature and its digit score."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from shared.recognition.augmented_views import DOUBTFUL_BELOW
from shared.recognition.calibration import Calibration

REJECTED_DIGITS = 0.002  # share of validation digits below the threshold; letters score far lower (experiments.md)


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
    """One logits (N, 10) and one labels (N,) per slice of digits → the calibration.

    The temperature is fitted on the largest slice, because a few wrong labels in a small slice would make every
    answer look too confident. The threshold rejects 0.2 % of the digits of all slices together: that of a small slice
    would depend on its one or two lowest digits.
    """
    largest = max(range(len(labels)), key=lambda index: len(labels[index]))
    energies = [part.double().logsumexp(dim=1) for part in logits]
    return Calibration(
        temperature=fit_temperature(logits[largest], labels[largest]),
        energy_centre=float(torch.cat(energies).quantile(REJECTED_DIGITS)),
        energy_scale=float(torch.cat(energies).std()),
        digit_score_threshold=0.5,
        doubtful_below=DOUBTFUL_BELOW,
    )
