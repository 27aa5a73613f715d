"""The loss, as a Lightning module: tell the ten digits apart, and tell digits from everything else.

The loss of a digit is cross-entropy over ten classes, or the divergence from a teacher's answer. Whether an image is
a digit at all is learned from the log-sum-exp of the same ten logits, compared with zero: an eleventh class whose
logit is always zero, which needs no weights of its own (after Liu et al. 2020).
"""

from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from lightning.pytorch import LightningModule
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, kl_div
from torchmetrics import MeanMetric
from torchmetrics.classification import MulticlassAccuracy

from shared.recognition.architectures import build_network
from shared.recognition.normalisation import Normalisation
from training.data.labelled_images import NOT_A_DIGIT
from training.learning.optimizers import build_optimizer, build_schedule
from training.recipes.recipe import Settings


@dataclass
class Batch:
    """images (B, 28, 28) in 0..255, labels (B,) int64 (-1: not a digit), teacher logits (B, 10) if there is one.

    `taught` (B,) bool: where the teacher counts; None if it counts for all.
    """

    images: Tensor
    labels: Tensor
    teacher: Tensor | None = None
    taught: Tensor | None = None


def diverge(logits: Tensor, teacher: Tensor) -> Tensor:
    """(B, 10) each → (B,): Kullback-Leibler divergence of each answer from the teacher's, in nats."""
    return kl_div(logits.log_softmax(1), teacher.log_softmax(1), reduction="none", log_target=True).sum(1)


def seed_of_step(seed: int, step: int) -> int:
    """Return the seed of one step, which depends on no earlier step, so that a continued run draws the same."""
    return int(np.random.SeedSequence([seed, step]).generate_state(1)[0])


class RecognitionTask(LightningModule):
    """A network with its loss. `slices` names the validation data loaders, in their order."""

    def __init__(self, settings: Settings, slices: list[str]) -> None:
        super().__init__()
        self.settings = settings
        self.slices = slices
        network = build_network(settings.architecture)
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        for module in self.network.modules():
            if isinstance(module, nn.Dropout):
                module.p = min(1.0, module.p * settings.dropout)
        self.normalise = Normalisation()
        self.accuracies = nn.ModuleList([MulticlassAccuracy(10, average="micro") for _ in slices])
        self.validation_loss = MeanMetric(nan_strategy="disable")
        self.divergence = MeanMetric(nan_strategy="disable")

    def member_logits(self, images: Tensor) -> Tensor:
        """(B, 28, 28) → (members, B, 10). Each member of an ensemble learns by itself."""
        inputs = self.normalise(images).contiguous(memory_format=torch.channels_last)
        if hasattr(self.network, "member_logits"):
            members: Tensor = self.network.member_logits(inputs)
            return members.float()
        logits: Tensor = self.network(inputs)
        return logits.float().unsqueeze(0)

    def training_step(self, batch: Batch) -> Tensor:
        """Return the mean loss over the members. Dropout is seeded by the step, so a continued run repeats it."""
        torch.manual_seed(seed_of_step(self.settings.seed, self.global_step))
        members = self.member_logits(batch.images)
        loss = torch.stack([self.loss(logits, batch) for logits in members]).mean()
        self.log("train/loss", loss, on_step=False, on_epoch=True, prog_bar=True, batch_size=len(batch.labels))
        return loss

    def loss(self, logits: Tensor, batch: Batch) -> Tensor:
        """logits (B, 10) → scalar."""
        is_digit = (batch.labels != NOT_A_DIGIT).float()
        digits = (self.digit_losses(logits, batch) * is_digit).sum() / is_digit.sum().clamp_min(1)
        detection = binary_cross_entropy_with_logits(logits.logsumexp(1), is_digit)
        return digits + self.settings.not_digit_weight * detection

    def digit_losses(self, logits: Tensor, batch: Batch) -> Tensor:
        """logits (B, 10) → (B,). The values of images that are not digits have no meaning.

        Cross-entropy, mixed with the divergence from a teacher's softened answers. Hinton et al. 2015, §2.
        """
        smoothing = self.settings.label_smoothing
        hard = cross_entropy(
            logits, batch.labels, ignore_index=NOT_A_DIGIT, label_smoothing=smoothing, reduction="none"
        )
        if batch.teacher is None:
            return hard
        temperature: float = self.settings.teacher_temperature
        share: float | Tensor = self.settings.teacher_share
        if batch.taught is not None:
            share = share * batch.taught
        soft = temperature**2 * diverge(logits / temperature, batch.teacher / temperature)
        return (1 - share) * hard + share * soft

    def validation_step(self, batch: Batch, batch_index: int, dataloader_idx: int = 0) -> None:
        """Update the accuracy of the slice, the loss over all slices, and the divergence from a teacher."""
        logits = self.member_logits(batch.images).mean(dim=0)
        self.accuracy(dataloader_idx).update(logits, batch.labels)
        self.validation_loss.update(cross_entropy(logits, batch.labels), len(batch.labels))
        if batch.teacher is not None:
            self.divergence.update(diverge(logits, batch.teacher))

    def on_validation_epoch_end(self) -> None:
        """Log loss, divergence, the accuracy of each slice, and their mean, in which all slices count the same."""
        self.log("validation/loss", self.validation_loss.compute(), prog_bar=True)
        self.validation_loss.reset()
        if self.divergence.update_called:
            self.log("teacher/divergence", self.divergence.compute())
            self.divergence.reset()
        accuracies = [self.accuracy(index).compute() for index in range(len(self.slices))]
        self.log("validation/accuracy", torch.stack(accuracies).mean())
        for index, name in enumerate(self.slices):
            self.log(f"validation/{name}", accuracies[index], prog_bar=True)
            self.accuracy(index).reset()

    def accuracy(self, index: int) -> MulticlassAccuracy:
        """Return the accuracy metric of one slice."""
        return cast(MulticlassAccuracy, self.accuracies[index])

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """Lightning's hook. The schedule is stepped once a batch."""
        optimizer = build_optimizer(self.settings, self.network.parameters())
        schedule = build_schedule(self.settings, optimizer, int(self.trainer.estimated_stepping_batches))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
