"""Gives Lightning the data of a step: the loader yields indices, and the batch is drawn from them on the device.

Each batch depends only on the seed and the step, or on the seed and the epoch where a teacher answered in advance. So
a run repeats itself, and a continued run ends as if it had not stopped, on the same kind of device: a GPU draws other
random numbers than a processor.
"""

from copy import deepcopy
from typing import Any

import numpy as np
import torch
from lightning.pytorch import LightningDataModule
from torch import Tensor, nn
from torch.utils.data import DataLoader, DistributedSampler

from shared.recognition.normalisation import Normalisation
from training.data.answers import Answers, load_answers
from training.data.label_filter import Answer
from training.data.labelled_images import LabelledImages
from training.data.mixture import load_training, load_validation
from training.data.sources import Mixture
from training.learning.task import Batch, seed_of_step
from training.learning.teacher import Teacher, load_teacher
from training.options import TrainingOptions
from training.recipes.recipe import START, Settings

VALIDATION_BATCH = 500


class TrainingData(LightningDataModule):
    """`validation` maps slice to images. `teacher` answers every batch that is not answered already."""

    def __init__(
        self,
        settings: Settings,
        training: Mixture | Answers,
        validation: dict[str, LabelledImages],
        teacher: Answer | None = None,
    ) -> None:
        super().__init__()
        self.settings = settings
        self.training = training
        self.validation = validation
        self.teacher = teacher
        self.teacher_answers: dict[str, Tensor] = {}  # slice → (N, 10) logits, computed once

    def train_dataloader(self) -> DataLoader[int]:
        """Return batches of indices. The order depends only on the seed and the epoch, which Lightning sets."""
        members = np.arange(len(self.training))
        sampler: DistributedSampler[int] = DistributedSampler(
            members,  # type: ignore[arg-type]
            num_replicas=1,
            rank=0,
            seed=self.settings.seed,
        )
        return DataLoader(members, self.settings.batch, sampler=sampler, collate_fn=torch.tensor, drop_last=True)  # type: ignore[arg-type]

    def val_dataloader(self) -> list[DataLoader[Any]]:
        """Return one loader of indices per slice."""
        return [
            DataLoader(np.arange(len(part)), VALIDATION_BATCH, collate_fn=torch.tensor)  # type: ignore[arg-type]
            for part in self.validation.values()
        ]

    def transfer_batch_to_device(self, batch: Tensor, device: torch.device, dataloader_idx: int) -> Batch:
        """Indices (B,) → images and labels on the device. The indices stay on the CPU, to avoid waiting for a GPU."""
        if self.trainer is None or not self.trainer.training:
            name, part = list(self.validation.items())[dataloader_idx]
            rows = batch.numpy()
            images, labels = (torch.from_numpy(array[rows]).to(device) for array in (part.images, part.labels))
            return Batch(images, labels, self.answer_slice(name, device)[batch.to(device)] if self.teacher else None)
        if isinstance(self.training, Answers):
            images, labels, logits = self.training.read(batch, self.trainer.current_epoch)
            return Batch(images.to(device), labels.to(device), logits.to(device))
        self.training = self.training.to(device)
        images, labels = self.training.draw(batch, self.generator(device))
        if not self.teacher:
            return Batch(images, labels)
        return Batch(images, labels, self.teacher(images), self.training.taught(batch).to(device))

    def answer_slice(self, name: str, device: torch.device) -> Tensor:
        """Return the teacher's logits (N, 10) for a validation slice, computed once."""
        if self.teacher and name not in self.teacher_answers:
            images = torch.from_numpy(self.validation[name].images).split(VALIDATION_BATCH)
            self.teacher_answers[name] = torch.cat([self.teacher(batch.to(device)) for batch in images])
        return self.teacher_answers[name]

    def generator(self, device: torch.device) -> torch.Generator:
        """Return the random generator of the current step."""
        step = self.trainer.global_step if self.trainer else 0
        return torch.Generator(device).manual_seed(seed_of_step(self.settings.seed, step))


def load_data(settings: Settings, options: TrainingOptions, start: nn.Module | None = None) -> TrainingData:
    """Load all that the settings name. `start` is the network that the step starts from.

    DataUnavailableError or ModelVersionError with what is wrong.
    """
    mixed = settings.precision != "32-true"
    teacher = load_teacher(settings.teacher, options.models_dir, mixed) if settings.teacher else None
    label_filter: Answer | None = None
    if settings.label_filter == START and start:
        label_filter = Teacher(deepcopy(start).eval(), Normalisation(), mixed)
    elif settings.label_filter:
        label_filter = load_teacher(settings.label_filter, options.models_dir, mixed)
    training: Mixture | Answers
    if teacher and settings.answered_epochs:
        training = load_answers(settings, options, teacher, label_filter)
    else:
        training = load_training(settings, options, label_filter)
    return TrainingData(settings, training, load_validation(settings, options), teacher)
