"""The data of a run, as Lightning wants it: the loader hands out indices, the batch is drawn from them on the device.

Each batch is a function of seed, step and rank alone, so that a run repeats itself and a resumed one goes on unchanged.
"""

from typing import Any

import numpy as np
import torch
from lightning.pytorch import LightningDataModule
from torch import Tensor, nn
from torch.utils.data import DataLoader, DistributedSampler

from shared.recognition.normalisation import Normalisation
from training.datasets.labelled_images import LabelledImages
from training.options import Options
from training.sources import Mixture
from training.task import Batch, seed_of_step

VALIDATION_BATCH = 500


class TrainingData(LightningDataModule):
    """`validation`: images by slice. `teacher`: answers for every training batch, where there is one."""

    def __init__(
        self,
        options: Options,
        training: Mixture,
        validation: dict[str, LabelledImages],
        teacher: tuple[nn.Module, Normalisation] | None = None,
    ) -> None:
        super().__init__()
        self.options = options
        self.training = training
        self.validation = validation
        self.teacher = teacher

    def train_dataloader(self) -> DataLoader[int]:
        """Batches of indices, shuffled anew each epoch; the ranks share a batch."""
        ranks, rank = (self.trainer.world_size, self.trainer.global_rank) if self.trainer else (1, 0)
        members = np.arange(len(self.training))
        sampler: DistributedSampler[int] = DistributedSampler(
            members,  # type: ignore[arg-type]
            ranks,
            rank,
            seed=self.options.seed,
            drop_last=True,
        )
        size = max(1, self.options.batch // ranks)
        return DataLoader(members, size, sampler=sampler, collate_fn=torch.tensor, drop_last=True)  # type: ignore[arg-type]

    def val_dataloader(self) -> list[DataLoader[Any]]:
        """One for each slice."""
        return [
            DataLoader(np.arange(len(part)), VALIDATION_BATCH, collate_fn=torch.tensor)  # type: ignore[arg-type]
            for part in self.validation.values()
        ]

    def on_after_batch_transfer(self, batch: Tensor, dataloader_idx: int) -> Batch:
        """Indices → images and labels, on the device."""
        device = batch.device
        if self.trainer is None or not self.trainer.training:
            part = list(self.validation.values())[dataloader_idx]
            rows = batch.cpu().numpy()
            return Batch(torch.from_numpy(part.images[rows]).to(device), torch.from_numpy(part.labels[rows]).to(device))
        self.training = self.training.to(device)
        images, labels = self.training.draw(batch.cpu(), self.generator())
        return Batch(images, labels, self.ask_teacher(images))

    def generator(self) -> torch.Generator:
        """Of this step on this rank."""
        step, rank = (self.trainer.global_step, self.trainer.global_rank) if self.trainer else (0, 0)
        return torch.Generator().manual_seed(seed_of_step(self.options.seed, step, rank))

    @torch.no_grad()
    def ask_teacher(self, images: Tensor) -> Tensor | None:
        """(B, 28, 28) → its logits (B, 10)."""
        if self.teacher is None:
            return None
        network, normalise = self.teacher
        enabled = self.options.precision != "32-true"
        with torch.autocast(images.device.type, torch.bfloat16, enabled=enabled):
            inputs = normalise(images).contiguous(memory_format=torch.channels_last)
            logits: Tensor = network.to(images.device)(inputs)
        return logits.float()
