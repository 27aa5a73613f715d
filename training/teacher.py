"""The version that a student learns from: what it answers to images is what the student is to answer."""

from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn

from shared.recognition.architectures.ensemble import Ensemble
from shared.recognition.model_version import Manifest, ModelVersionError, find_manifest
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
    pinned = {
        role: ",".join(manifest.reference for manifest in find_manifests(name, options))
        for role, name in named.items()
        if name
    }
    return options.model_copy(update=pinned)


def find_manifests(references: str, options: Options) -> list[Manifest]:
    """Of versions that are named as a,b. ModelVersionError where there is no such version."""
    return [find_manifest(options.models_dir, reference) for reference in references.split(",")]


def load_teacher(references: str, options: Options) -> Teacher:
    """«name» or «name/version»; of a,b the mean answers. ModelVersionError where there is no such version."""
    manifests = find_manifests(references, options)
    normalisation = manifests[0].normalisation
    if any(manifest.normalisation != normalisation for manifest in manifests):
        raise ModelVersionError(f"{references} can't teach together: their images are normalised differently.")
    networks = [load_network(options.models_dir, manifest) for manifest in manifests]
    network = Ensemble(networks).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Teacher(network.eval(), normalisation, mixed=options.precision != "32-true")
