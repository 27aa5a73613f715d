"""The learning rate over a step."""

import pytest
import torch
from torch.nn import Parameter

from tests.unit.training.toy_data import quick_settings
from training.learning.optimizers import build_optimizer, build_schedule


@pytest.mark.parametrize("optimizer", ["sgd", "adamw", "muon"])
def test_the_learning_rate_rises_to_its_peak_and_falls_to_zero(optimizer: str) -> None:
    settings = quick_settings(optimizer=optimizer, learning_rate=1e-2)
    weights = Parameter(torch.ones(3))
    weights.grad = torch.zeros(3)
    stepping = build_optimizer(settings, [weights])
    schedule = build_schedule(settings, stepping, steps=1001)
    rates = []
    for _ in range(1001):
        rates.append(stepping.param_groups[0]["lr"])
        stepping.step()
        schedule.step() if len(rates) < 1001 else None
    expected = [0.04, 1, 0.8117, 0]  # shares of the peak
    assert [rates[step] / 1e-2 for step in (0, 300, 500, 1000)] == pytest.approx(expected, abs=2e-3)
