"""The data of a run, as Lightning wants it: the loader hands out indices, the batch is drawn from them on the device.

Each batch is a function of seed, step and rank alone, or of seed and epoch where a teacher
answered ahead, so that a run repeats itself and a resumed one goes on unchanged, on the same kind of device: a GPU
draws other random numbers than a processor.
"""

from typing import Any

import numpy as np
import torch
from lightning.pytorch import LightningDataModule
from torch import Tensor
from torch.utils.data import DataLoader, DistributedSampler

from training.answers import Answers, load_answers
from training.datasets.labelled_images import LabelledImages
from training.mixture import load_training, load_validation
from training.options import Options
from training.sources import Mixture
from training.task import Batch, seed_of_step
from training.teacher import Teacher, load_teacher

VALIDATION_BATCH = 500


class TrainingData(LightningDataModule):
    """`validation`: images by slice. `teacher`: asked about every batch that it has not answered already."""

    def __init__(
        self,
        options: Options,
        training: Mixture | Answers,
        validation: dict[str, LabelledImages],
        teacher: Teacher | None = None,
    ) -> None:
        super().__init__()
        self.options = options
        self.training = training
        self.validation = validation
        self.teacher = teacher
        self.teacher_answers: dict[str, Tensor] = {}  # to validation's images, once it was asked

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

    def transfer_batch_to_device(self, batch: Tensor, device: torch.device, dataloader_idx: int) -> Batch:
        """Indices → images and labels, on the device. The indices stay here: to read them back would wait for a GPU."""
        if self.trainer is None or not self.trainer.training:
            name, part = list(self.validation.items())[dataloader_idx]
            rows = batch.numpy()
            images, labels = (torch.from_numpy(array[rows]).to(device) for array in (part.images, part.labels))
            return Batch(images, labels, self.ask_teacher(name, device)[batch.to(device)] if self.teacher else None)
        if isinstance(self.training, Answers):
            images, labels, logits = self.training.read(batch, self.trainer.current_epoch)
            return Batch(images.to(device), labels.to(device), logits.to(device))
        self.training = self.training.to(device)
        images, labels = self.training.draw(batch, self.generator(device))
        return Batch(images, labels, self.teacher.answer(images) if self.teacher else None)

    def ask_teacher(self, name: str, device: torch.device) -> Tensor:
        """(N, 10) logits for that slice of validation, where there is a teacher."""
        if self.teacher and name not in self.teacher_answers:
            images = torch.from_numpy(self.validation[name].images).split(VALIDATION_BATCH)
            self.teacher_answers[name] = torch.cat([self.teacher.answer(batch.to(device)) for batch in images])
        return self.teacher_answers[name]

    def generator(self, device: torch.device) -> torch.Generator:
        """Of this step on this rank, where the batch is drawn."""
        step, rank = (self.trainer.global_step, self.trainer.global_rank) if self.trainer else (0, 0)
        return torch.Generator(device).manual_seed(seed_of_step(self.options.seed, step, rank))


def load_data(options: Options) -> TrainingData:
    """All that the options name. DataUnavailableError or ModelVersionError with a sentence."""
    teacher = load_teacher(options.teacher, options) if options.teacher else None
    training = load_answers(options, teacher) if options.answered_epochs else load_training(options)
    return TrainingData(options, training, load_validation(options), teacher)
