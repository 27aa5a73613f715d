"""Where a batch comes from: images and strokes that lie on the device, drawn anew each time they are asked for.

A source has a length and makes training images of some of its members; a mixture of sources is one long source.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from training.data.augmentation.distortion import Distortion
from training.data.augmentation.embellishment import Embellishment
from training.data.augmentation.ink import InkChange
from training.data.augmentation.pen import Pen, resample
from training.data.labelled_images import NOT_A_DIGIT, LabelledImages
from training.data.pen_characters import PenCharacter


class Source(Protocol):
    """Images to train on."""

    labels: Tensor  # (N,) int64, NOT_A_DIGIT where it is none

    def draw(self, members: Tensor, generator: torch.Generator) -> Tensor:
        """members (B,) → images (B, 28, 28) in 0..255, float32, not the same twice. All of it on one device."""

    def tensors(self) -> tuple[Tensor, ...]:
        """What it holds."""

    def to(self, device: torch.device) -> "Source":
        """The same source with its tensors on that device."""


@dataclass
class ImageSource:
    """Images as they are stored; drawn into, bent, thickened."""

    images: Tensor  # (N, 28, 28) uint8
    labels: Tensor
    embellishment: Embellishment | None = field(default_factory=Embellishment)
    distortion: Distortion | None = field(default_factory=Distortion)
    ink: InkChange | None = field(default_factory=InkChange)

    def draw(self, members: Tensor, generator: torch.Generator) -> Tensor:
        """See Source."""
        ink = self.images[members].float()
        if self.embellishment:
            ink = self.embellishment(ink, self.labels[members], generator)
        if self.distortion:
            ink = self.distortion(ink, generator)
        return self.ink(ink, generator) if self.ink else ink

    def to(self, device: torch.device) -> "ImageSource":
        """See Source."""
        return replace(self, images=self.images.to(device), labels=self.labels.to(device))

    def tensors(self) -> tuple[Tensor, ...]:
        """See Source."""
        return self.images, self.labels


@dataclass
class StrokeSource:
    """Characters as points along their strokes; written by another hand with another pen each time."""

    points: Tensor  # (N, P, 2) in -1..1
    stroke_of: Tensor  # (N, P) from 0
    labels: Tensor
    pen: Pen = field(default_factory=Pen)
    ink: InkChange = field(default_factory=InkChange)

    def draw(self, members: Tensor, generator: torch.Generator) -> Tensor:
        """See Source."""
        return self.ink(self.pen(self.points[members], self.stroke_of[members], generator), generator)

    def to(self, device: torch.device) -> "StrokeSource":
        """See Source."""
        points, stroke_of, labels = (tensor.to(device) for tensor in self.tensors())
        return replace(self, points=points, stroke_of=stroke_of, labels=labels)

    def tensors(self) -> tuple[Tensor, ...]:
        """See Source."""
        return self.points, self.stroke_of, self.labels


@dataclass(frozen=True)
class Part:
    """A source under its name; an epoch goes through it `times` over."""

    name: str
    source: Source
    times: int = 1

    def sha256(self) -> str:
        """Of what it is made from."""
        sha = hashlib.sha256()
        for tensor in self.source.tensors():
            sha.update(tensor.cpu().numpy().tobytes())
        return sha.hexdigest()


class Mixture:
    """Parts one after another: member i of the mixture is one member of one source."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        sizes = [len(part.source.labels) for part in parts]
        counts = [(size, part.times) for size, part in zip(sizes, parts, strict=True)]
        self._part_of = torch.cat([torch.full((size * times,), i) for i, (size, times) in enumerate(counts)])
        self._member_of = torch.cat([torch.arange(size).repeat(times) for size, times in counts])

    def to(self, device: torch.device) -> "Mixture":
        """The same mixture with its sources on that device; itself where they are there already."""
        if all(part.source.labels.device == device for part in self.parts):
            return self
        return Mixture([replace(part, source=part.source.to(device)) for part in self.parts])

    def __len__(self) -> int:
        return len(self._part_of)

    def hashes(self) -> dict[str, str]:
        """The name of each part and what it is made from, for the manifest."""
        return {part.name: part.sha256() for part in self.parts}

    def draw(self, indices: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """indices (B,) on the CPU → images (B, 28, 28) float32 in 0..255 and labels (B,), sorted by source.

        Both on the device of the sources, which is the generator's too.
        """
        part_of = self._part_of[indices]
        members = self._member_of[indices[part_of.argsort(stable=True)]]
        members = send(members, self.parts[0].source.labels.device)
        counts = part_of.bincount(minlength=len(self.parts)).tolist()
        images, labels = [], []
        for part, chosen in zip(self.parts, members.split(counts), strict=True):
            if len(chosen):
                images.append(part.source.draw(chosen, generator))
                labels.append(part.source.labels[chosen])
        return torch.cat(images), torch.cat(labels)


def send(members: Tensor, device: torch.device) -> Tensor:
    """The same, there; from pinned memory to a GPU, which would otherwise be waited for."""
    return members.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else members.to(device)


def as_image_source(data: LabelledImages, augmented: bool = True) -> ImageSource:
    """`augmented` off: the images as they are."""
    tensors = torch.from_numpy(data.images), torch.from_numpy(data.labels)
    return ImageSource(*tensors) if augmented else ImageSource(*tensors, None, None, None)


def as_stroke_source(characters: Sequence[PenCharacter], thickest_px: float = Pen.thickest_px) -> StrokeSource:
    """A character whose label is no number is no digit."""
    resampled = [resample(character.strokes) for character in characters]
    labels = [character.label if isinstance(character.label, int) else NOT_A_DIGIT for character in characters]
    return StrokeSource(
        torch.from_numpy(np.stack([points for points, _ in resampled])),
        torch.from_numpy(np.stack([stroke_of for _, stroke_of in resampled])),
        torch.tensor(labels),
        Pen(thickest_px=thickest_px),
    )
