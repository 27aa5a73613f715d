"""The average of the weights over the steps, which is what validates and is published."""

from typing import Any

from lightning.pytorch import LightningModule, Trainer
from lightning.pytorch.callbacks import WeightAveraging
from torch import Tensor
from torch.optim.swa_utils import get_ema_multi_avg_fn


def decay_after(steps: int, limit: float) -> float:
    """How much of the average stays at that step: little at first, then `limit`."""
    return min(limit, (1 + steps) / (10 + steps))


class MovingAverage(WeightAveraging):
    """Exponential; it looks back over the last ninth of the steps until `decay` bounds it, so a short run has one too.

    Lightning makes the average before it moves the network; here it is made on the device of the run.
    """

    def __init__(self, decay: float) -> None:
        def average(averaged: list[Tensor], current: list[Tensor], steps: Tensor | int) -> None:
            get_ema_multi_avg_fn(decay_after(int(steps), decay))(averaged, current, steps)

        super().__init__(multi_avg_fn=average)

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str, **_: Any) -> None:
        """Lightning's hook."""
        self._device = trainer.strategy.root_device
        super().setup(trainer, pl_module, stage)
