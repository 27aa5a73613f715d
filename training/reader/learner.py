"""The state of a training of the reader: weights, their moving average, the optimizer. It learns one batch at a time.

The state can be saved and restored, so that a run that was stopped continues as if it had not been.
"""

import copy
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from shared.recognition.architectures.reader import Reader
from training.reader.loss import Loss, compute_loss
from training.reader.normalisation import NORMALISATION
from training.reader.pages import Batch
from training.recipes.reader_recipe import ReaderSettings

WARM_UP = 300  # batches
LEAST_RATE = 1e-3  # of the peak, at the end
LARGEST_GRADIENT = 5.0  # norm


class Learner:
    """Learns `batches` batches, from the weights of `start` if there is one. `learned` counts those so far."""

    def __init__(
        self, settings: ReaderSettings, batches: int, device: torch.device, start: nn.Module | None = None
    ) -> None:
        torch.manual_seed(settings.seed)
        self.settings = settings
        self.batches = batches
        self.device = device
        network = Reader()
        if start is not None:
            network.load_state_dict(start.state_dict())
        network = network.to(device)
        self.network: nn.Module = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.network).requires_grad_(False)
        self.optimizer = build_optimizer(self.network, settings)
        self.learned = 0

    def learn(self, batch: Batch) -> Loss:
        """Take one step. Returns the parts of the loss, without gradients."""
        batch = Batch(*(tensor.to(self.device, non_blocking=True) for tensor in batch))
        rate = compute_rate(self.learned, self.batches, self.settings.learning_rate)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        loss = compute_loss(self._compute_maps(batch.pictures), batch)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss.add_up())
        nn.utils.clip_grad_norm_(self.network.parameters(), LARGEST_GRADIENT)
        self.optimizer.step()
        update_average(self.average, self.network, share_of_newest(self.learned, self.settings.averaging))
        self.learned += 1
        return Loss(*(part.detach() for part in loss))

    def _compute_maps(self, pictures: Tensor) -> Tensor:
        """(B, 1, H, W) uint8 → (B, 25, H/4, W/4) float32."""
        pages = NORMALISATION(pictures[:, 0]).contiguous(memory_format=torch.channels_last)
        mixed = self.settings.precision == "bf16-mixed"
        with torch.autocast(self.device.type, torch.bfloat16, enabled=mixed):
            maps: Tensor = self.network(pages)
        return maps.float()

    def save(self) -> dict[str, Any]:
        """Return all that `restore` needs: tensors and numbers."""
        return {
            "learned": self.learned,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue where another learner of the same settings was saved. KeyError or RuntimeError if it was not."""
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.learned = state["learned"]


def build_optimizer(network: nn.Module, settings: ReaderSettings) -> torch.optim.Optimizer:
    """AdamW. Biases and the weights of BatchNorm do not decay."""
    decayed = [weight for weight in network.parameters() if weight.ndim > 1]
    others = [weight for weight in network.parameters() if weight.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": settings.weight_decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=settings.learning_rate)


def compute_rate(learned: int, batches: int, peak: float) -> float:
    """The learning rate: a linear warm-up to the peak, and a cosine down to almost nothing."""
    warm = min(1.0, (learned + 1) / WARM_UP)
    return float(peak * (warm * 0.5 * (1 + np.cos(np.pi * learned / batches)) + LEAST_RATE))


def share_of_newest(learned: int, decay: float) -> float:
    """The newest weights' share of the average: large at first, so that a short run has an average, too."""
    return max(1 - decay, 1 / (1 + learned / 2))


@torch.no_grad()
def update_average(average: nn.Module, network: nn.Module, share: float) -> None:
    """Move the average of the weights, and of BatchNorm's statistics, towards the newest ones by that share."""
    newest = network.state_dict()
    for name, mean in average.state_dict().items():
        if mean.is_floating_point():
            mean.lerp_(newest[name], share)
        else:
            mean.copy_(newest[name])
