"""Makes training batches from stored images and pen strokes, with a new random variant of each example every time.

A source holds examples of one kind on one device. A mixture joins several sources; the training loop asks it for
examples by index.
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
    """Examples of one kind, with all tensors on one device."""

    labels: Tensor  # (N,) int64, 0..9 or NOT_A_DIGIT

    def draw(self, members: Tensor, generator: torch.Generator) -> Tensor:
        """members (B,) → images (B, 28, 28) float32 in 0..255, a new random variant of each member."""

    def tensors(self) -> tuple[Tensor, ...]:
        """Return all tensors that the source holds."""

    def to(self, device: torch.device) -> "Source":
        """Return the same source with its tensors on that device."""


@dataclass
class ImageSource:
    """Stored images. Each variant may get added strokes, is distorted, and gets thinner or thicker lines."""

    images: Tensor  # (N, 28, 28) uint8
    labels: Tensor  # (N,) int64
    embellishment: Embellishment | None = field(default_factory=Embellishment)
    distortion: Distortion | None = field(default_factory=Distortion)
    ink: InkChange | None = field(default_factory=InkChange)

    def draw(self, members: Tensor, generator: torch.Generator) -> Tensor:
        """members (B,) → images (B, 28, 28) float32 in 0..255, with every change that is set."""
        ink = self.images[members].float()
        if self.embellishment:
            ink = self.embellishment(ink, self.labels[members], generator)
        if self.distortion:
            ink = self.distortion(ink, generator)
        return self.ink(ink, generator) if self.ink else ink

    def to(self, device: torch.device) -> "ImageSource":
        """Return the same source with its tensors on that device."""
        return replace(self, images=self.images.to(device), labels=self.labels.to(device))

    def tensors(self) -> tuple[Tensor, ...]:
        """Return all tensors that the source holds."""
        return self.images, self.labels


@dataclass
class StrokeSource:
    """Characters as points along their strokes. Each variant is written by another hand with another pen."""

    points: Tensor  # (N, P, 2) float32 in -1..1
    stroke_of: Tensor  # (N, P) int64: number of each point's stroke, from 0
    labels: Tensor  # (N,) int64
    pen: Pen = field(default_factory=Pen)
    ink: InkChange = field(default_factory=InkChange)

    def draw(self, members: Tensor, generator: torch.Generator) -> Tensor:
        """members (B,) → images (B, 28, 28) float32 in 0..255."""
        return self.ink(self.pen(self.points[members], self.stroke_of[members], generator), generator)

    def to(self, device: torch.device) -> "StrokeSource":
        """Return the same source with its tensors on that device."""
        points, stroke_of, labels = (tensor.to(device) for tensor in self.tensors())
        return replace(self, points=points, stroke_of=stroke_of, labels=labels)

    def tensors(self) -> tuple[Tensor, ...]:
        """Return all tensors that the source holds."""
        return self.points, self.stroke_of, self.labels


@dataclass(frozen=True)
class Part:
    """A source and its name. An epoch uses each of its members `times` times.

    `taught`: where there is a teacher, its answers count beside the labels. False for what the teacher reads wrongly.
    """

    name: str
    source: Source
    times: int = 1
    taught: bool = True

    def sha256(self) -> str:
        """Return the hash of the source's tensors."""
        sha = hashlib.sha256()
        for tensor in self.source.tensors():
            sha.update(tensor.cpu().numpy().tobytes())
        return sha.hexdigest()


class Mixture:
    """Several parts in a row: each index of the mixture is one member of one source."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        sizes = [len(part.source.labels) for part in parts]
        counts = [(size, part.times) for size, part in zip(sizes, parts, strict=True)]
        self._part_of = torch.cat([torch.full((size * times,), i) for i, (size, times) in enumerate(counts)])
        self._member_of = torch.cat([torch.arange(size).repeat(times) for size, times in counts])

    def to(self, device: torch.device) -> "Mixture":
        """Return the mixture with its sources on that device, or this mixture if they are already there."""
        if all(part.source.labels.device == device for part in self.parts):
            return self
        return Mixture([replace(part, source=part.source.to(device)) for part in self.parts])

    def __len__(self) -> int:
        return len(self._part_of)

    def hashes(self) -> dict[str, str]:
        """Return the name and the hash of each part, for the manifest."""
        return {part.name: part.sha256() for part in self.parts}

    def draw(self, indices: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """indices (B,) on the CPU → images (B, 28, 28) float32 in 0..255 and labels (B,) int64.

        Both are sorted by part, not in the order of the indices, and are on the device of the sources. The generator
        must be on that device too.
        """
        part_of = self._part_of[indices]  # (B,)
        members = self._member_of[indices[part_of.argsort(stable=True)]]  # (B,)
        members = _send_to_device(members, self.parts[0].source.labels.device)
        counts = part_of.bincount(minlength=len(self.parts)).tolist()
        images, labels = [], []
        for part, chosen in zip(self.parts, members.split(counts), strict=True):
            if len(chosen):
                images.append(part.source.draw(chosen, generator))
                labels.append(part.source.labels[chosen])
        return torch.cat(images), torch.cat(labels)

    def taught(self, indices: Tensor) -> Tensor:
        """indices (B,) on the CPU → (B,) bool, whether a teacher's answer counts, in the order of `draw`."""
        return torch.tensor([part.taught for part in self.parts])[self._part_of[indices].sort().values]


def _send_to_device(members: Tensor, device: torch.device) -> Tensor:
    """Copy the tensor to a device. A copy from pinned memory to a GPU does not make the CPU wait."""
    return members.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else members.to(device)


def as_image_source(data: LabelledImages, augmented: bool = True) -> ImageSource:
    """Make a source from images. Without `augmented`, it returns the images unchanged."""
    tensors = torch.from_numpy(data.images), torch.from_numpy(data.labels)
    return ImageSource(*tensors) if augmented else ImageSource(*tensors, None, None, None)


def as_stroke_source(characters: Sequence[PenCharacter], thickest_px: float = Pen.thickest_px) -> StrokeSource:
    """Make a source from characters. Every character whose label is not a number is not a digit.

    `thickest_px` is the width of the widest pen, in pixels of the image.
    """
    resampled = [resample(character.strokes) for character in characters]
    labels = [character.label if isinstance(character.label, int) else NOT_A_DIGIT for character in characters]
    return StrokeSource(
        torch.from_numpy(np.stack([points for points, _ in resampled])),
        torch.from_numpy(np.stack([stroke_of for _, stroke_of in resampled])),
        torch.tensor(labels),
        Pen(thickest_px=thickest_px),
    )
