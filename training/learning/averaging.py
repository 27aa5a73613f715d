"""Keeps the exponential moving average of the weights, which is validated and published."""

from typing import Any

from lightning.pytorch import LightningModule, Trainer
from lightning.pytorch.callbacks import WeightAveraging
from torch import Tensor
from torch.optim.swa_utils import get_ema_multi_avg_fn


def decay_after(steps: int, limit: float) -> float:
    """Return the decay after that many steps: small at first, then `limit`."""
    return min(limit, (1 + steps) / (10 + steps))


class MovingAverage(WeightAveraging):
    """Averages about the last ninth of the steps, until `decay` limits the window. So short runs have an average too.

    Lightning would create the average before it moves the network to its device; `setup` creates it on the device.
    """

    def __init__(self, decay: float) -> None:
        def average(averaged: list[Tensor], current: list[Tensor], steps: Tensor | int) -> None:
            get_ema_multi_avg_fn(decay_after(int(steps), decay))(averaged, current, steps)

        super().__init__(multi_avg_fn=average)

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str, **_: Any) -> None:
        """Lightning's hook."""
        self._device = trainer.strategy.root_device
        super().setup(trainer, pl_module, stage)
