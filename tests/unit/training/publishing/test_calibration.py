"""Calibration, compared with a grid search, which uses no gradients."""

import numpy as np
import pytest
import torch

from shared.recognition.calibration import Calibration
from training.publishing.calibration import REJECTED_DIGITS, fit_calibration, fit_temperature


def overconfident_logits(count: int = 4000, sharpness: float = 3.0) -> tuple[torch.Tensor, torch.Tensor]:
    """Labels drawn from softmax(logits), logits then multiplied: the right temperature is `sharpness`."""
    generator = torch.Generator().manual_seed(0)
    honest = torch.randn(count, 10, generator=generator) * 2
    labels = torch.multinomial(honest.softmax(dim=1), 1, generator=generator).squeeze(1)
    return honest * sharpness, labels


def test_temperature_is_where_a_grid_search_finds_it() -> None:
    logits, labels = overconfident_logits()
    scores = logits.double().numpy()

    def nll(temperature: float) -> float:
        scaled = scores / temperature
        log_sum = np.log(np.exp(scaled - scaled.max(axis=1, keepdims=True)).sum(axis=1)) + scaled.max(axis=1)
        return float((log_sum - scaled[np.arange(len(labels)), labels.numpy()]).mean())

    grid = np.linspace(2, 4, 401)
    best = grid[np.argmin([nll(temperature) for temperature in grid])]
    assert fit_temperature(logits, labels) == pytest.approx(best, abs=0.01)
    assert fit_temperature(logits, labels) == pytest.approx(3, rel=0.05)


def test_a_temperature_needs_examples() -> None:
    with pytest.raises(ValueError, match="at least one"):
        fit_temperature(torch.empty(0, 10), torch.empty(0, dtype=torch.long))


def test_probabilities_sum_to_one_and_keep_the_order() -> None:
    logits, _ = overconfident_logits(50)
    probabilities = Calibration(temperature=2.5).probabilities(logits.numpy())
    assert probabilities == pytest.approx((logits / 2.5).softmax(dim=1).numpy(), abs=1e-6)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(50), abs=1e-12)


def test_the_threshold_rejects_its_share_of_the_digits_of_all_slices_together() -> None:
    clear, labels = overconfident_logits()
    faint = clear[:3] - 40  # a small slice whose digits look less like digits
    calibration = fit_calibration([clear, faint], [labels, labels[:3]])
    rejected = calibration.digit_scores(torch.cat([clear, faint]).numpy()) < calibration.digit_score_threshold
    assert rejected.mean() == pytest.approx(REJECTED_DIGITS, abs=0.001)
    assert rejected[-3:].all()


def test_digit_scores_lie_between_zero_and_one() -> None:
    logits, labels = overconfident_logits()
    scores = fit_calibration([logits], [labels]).digit_scores(logits.numpy() * 5)
    assert float(scores.min()) >= 0
    assert float(scores.max()) <= 1


def test_the_temperature_is_that_of_the_largest_slice() -> None:
    logits, labels = overconfident_logits()
    mislabelled = torch.zeros(100, dtype=torch.long)
    both = fit_calibration([logits[:100], logits], [mislabelled, labels])
    assert both.temperature == fit_temperature(logits, labels)
