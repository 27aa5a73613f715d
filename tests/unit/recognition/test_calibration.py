"""Calibration, held against a search that knows nothing of gradients."""

import numpy as np
import pytest
import torch

from shared.recognition.calibration import Calibration, fit_calibration, fit_temperature


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
    probabilities = Calibration(temperature=2.5).probabilities(logits)
    assert torch.allclose(probabilities.sum(dim=1), torch.ones(50))
    assert torch.equal(probabilities.argmax(dim=1), logits.argmax(dim=1))


def test_one_percent_of_the_validation_digits_falls_below_the_threshold() -> None:
    logits, labels = overconfident_logits()
    calibration = fit_calibration(logits, labels)
    scores = calibration.digit_scores(logits)
    assert float((scores < calibration.digit_score_threshold).double().mean()) == pytest.approx(0.01, abs=0.001)
    assert float(scores.min()) >= 0
    assert float(scores.max()) <= 1
