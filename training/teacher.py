"""The version that a student learns from: what it answers to images is what the student is to answer."""

from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn

from shared.recognition.model_version import find_manifest
from shared.recognition.normalisation import Normalisation
from shared.recognition.weights import load_network
from training.options import Options

AnyOptions = TypeVar("AnyOptions", bound=Options)


@dataclass(frozen=True)
class Teacher:
    """A network that no longer learns, and what its images go through; `mixed`: it answers in bf16."""

    network: nn.Module
    normalise: Normalisation
    mixed: bool = False

    @torch.no_grad()
    def answer(self, images: Tensor) -> Tensor:
        """(B, 28, 28) in 0..255 → logits (B, 10) float32, on the device of the images."""
        with torch.autocast(images.device.type, torch.bfloat16, enabled=self.mixed):
            inputs = self.normalise(images).contiguous(memory_format=torch.channels_last)
            logits: Tensor = self.network.to(images.device)(inputs)
        return logits.float()


def pin_versions(options: AnyOptions) -> AnyOptions:
    """Every «name» as «name/version»: a version published meanwhile changes nothing. ModelVersionError."""
    named = {role: getattr(options, role) for role in ("start_from", "teacher", "judge")}
    pinned = {role: find_manifest(options.models_dir, name).reference for role, name in named.items() if name}
    return options.model_copy(update=pinned)


def load_teacher(reference: str, options: Options) -> Teacher:
    """«name» or «name/version». ModelVersionError where there is no such version."""
    manifest = find_manifest(options.models_dir, reference)
    network = load_network(options.models_dir, manifest).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Teacher(network, manifest.normalisation, mixed=options.precision != "32-true")
