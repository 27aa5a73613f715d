"""Schedules: how the learning rate goes over a run."""

import pytest
import torch
from torch.nn import Parameter

from tests.unit.training.toy_data import options
from training.learning.optimizers import build_optimizer, build_schedule


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [("constant", [1, 1, 1, 1]), ("cosine", [1, 0.7939, 0.5, 0]), ("one_cycle", [0.04, 1, 0.8117, 0])],
)
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw", "muon"])
def test_a_schedule_s_shares_of_the_learning_rate(optimizer: str, schedule: str, expected: list[float]) -> None:
    chosen = options(optimizer=optimizer, schedule=schedule, learning_rate=1e-2)
    weights = Parameter(torch.ones(3))
    weights.grad = torch.zeros(3)
    stepping = build_optimizer(chosen, [weights])
    scheduled = build_schedule(chosen, stepping, steps=1001)
    rates = []
    for _ in range(1001):
        rates.append(stepping.param_groups[0]["lr"])
        stepping.step()
        scheduled.step() if len(rates) < 1001 else None
    assert [rates[step] / 1e-2 for step in (0, 300, 500, 1000)] == pytest.approx(expected, abs=2e-3)
