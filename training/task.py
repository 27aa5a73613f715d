"""What is learned, as a Lightning module: to tell the ten digits apart, and digits from what is none.

A digit's loss is the cross-entropy over ten classes, or follows a teacher. Whether it is a digit at all is learned by
the log-sum-exp of the same ten logits, against a fixed zero: an eleventh class that costs no weights (after Liu et
al. 2020).
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
from training.datasets.labelled_images import NOT_A_DIGIT
from training.optimizers import build_optimizer, build_schedule
from training.options import Options


@dataclass
class Batch:
    """images (B, 28, 28) in 0..255, labels (B,) int64, -1 for no digit, teacher (B, 10) logits where there is one."""

    images: Tensor
    labels: Tensor
    teacher: Tensor | None = None


def diverge(logits: Tensor, teacher: Tensor) -> Tensor:
    """(B, 10) each → (B,), the Kullback-Leibler divergence of each answer from the teacher's, in nats."""
    return kl_div(logits.log_softmax(1), teacher.log_softmax(1), reduction="none", log_target=True).sum(1)


def seed_of_step(seed: int, step: int, rank: int) -> int:
    """What is random in a step depends on nothing that came before it."""
    return int(np.random.SeedSequence([seed, step, rank]).generate_state(1)[0])


class RecognitionTask(LightningModule):
    """`slices` are the names of the validation data loaders, in their order."""

    def __init__(self, options: Options, slices: list[str]) -> None:
        super().__init__()
        self.options = options
        self.slices = slices
        self.network = build_network(options.model).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        for module in self.network.modules():
            if isinstance(module, nn.Dropout):
                module.p = min(1.0, module.p * options.dropout)
        self.normalise = Normalisation()
        self.accuracies = nn.ModuleList([MulticlassAccuracy(10, average="micro") for _ in slices])
        self.validation_loss = MeanMetric(nan_strategy="disable")
        self.divergence = MeanMetric(nan_strategy="disable")

    def member_logits(self, images: Tensor) -> Tensor:
        """(B, 28, 28) → (members, B, 10): an ensemble's members learn each by itself."""
        inputs = self.normalise(images).contiguous(memory_format=torch.channels_last)
        if hasattr(self.network, "member_logits"):
            members: Tensor = self.network.member_logits(inputs)
            return members.float()
        logits: Tensor = self.network(inputs)
        return logits.float().unsqueeze(0)

    def training_step(self, batch: Batch) -> Tensor:
        """The mean over the members. Dropout draws the same in a step whether the run was stopped before it or not."""
        torch.manual_seed(seed_of_step(self.options.seed, self.global_step, self.global_rank))
        members = self.member_logits(batch.images)
        loss = torch.stack([self.loss(logits, batch) for logits in members]).mean()
        self.log(
            "train/loss",
            loss,
            on_step=False,
            on_epoch=True,
            prog_bar=True,
            batch_size=len(batch.labels),
            sync_dist=True,
        )
        return loss

    def loss(self, logits: Tensor, batch: Batch) -> Tensor:
        """logits (B, 10) → a number."""
        is_digit = (batch.labels != NOT_A_DIGIT).float()
        digits = (self.digit_losses(logits, batch) * is_digit).sum() / is_digit.sum().clamp_min(1)
        detection = binary_cross_entropy_with_logits(logits.logsumexp(1), is_digit)
        return digits + self.options.not_digit_weight * detection

    def digit_losses(self, logits: Tensor, batch: Batch) -> Tensor:
        """logits (B, 10) → (B,), of no meaning where there is no digit.

        Cross-entropy, and with a teacher the divergence from its softened answers. Hinton et al. 2015, §2.
        """
        smoothing = self.options.label_smoothing
        hard = cross_entropy(
            logits, batch.labels, ignore_index=NOT_A_DIGIT, label_smoothing=smoothing, reduction="none"
        )
        if batch.teacher is None:
            return hard
        softened, t = self.options.teacher_temperature, self.options.teacher_share
        return (1 - t) * hard + t * softened**2 * diverge(logits / softened, batch.teacher / softened)

    def validation_step(self, batch: Batch, batch_index: int, dataloader_idx: int = 0) -> None:
        """Accuracy by slice, the loss over all of them, and how far the answers are from a teacher's."""
        logits = self.member_logits(batch.images).mean(dim=0)
        self.accuracy(dataloader_idx).update(logits, batch.labels)
        self.validation_loss.update(cross_entropy(logits, batch.labels), len(batch.labels))
        if batch.teacher is not None:
            self.divergence.update(diverge(logits, batch.teacher))

    def on_validation_epoch_end(self) -> None:
        """Logs them, and the mean of the accuracies, in which every slice counts the same. All ranks have the same."""
        self.log("validation/loss", self.validation_loss.compute(), prog_bar=True, sync_dist=True)
        self.validation_loss.reset()
        if self.divergence.update_called:
            self.log("teacher/divergence", self.divergence.compute(), sync_dist=True)
            self.divergence.reset()
        accuracies = [self.accuracy(index).compute() for index in range(len(self.slices))]
        self.log("validation/accuracy", torch.stack(accuracies).mean(), sync_dist=True)
        for index, name in enumerate(self.slices):
            self.log(f"validation/{name}", accuracies[index], prog_bar=True, sync_dist=True)
            self.accuracy(index).reset()

    def accuracy(self, index: int) -> MulticlassAccuracy:
        """Of one slice."""
        return cast(MulticlassAccuracy, self.accuracies[index])

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """The schedule is stepped once a batch."""
        optimizer = build_optimizer(self.options, self.network.parameters())
        schedule = build_schedule(self.options, optimizer, int(self.trainer.estimated_stepping_batches))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
