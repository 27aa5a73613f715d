"""Trained model versions that a step uses: as teacher, to check the labels of pen digits, or to start from."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from pydantic import BaseModel
from torch import Tensor, nn

from shared.recognition.model_version import find_any_manifest, find_manifest
from shared.recognition.normalisation import Normalisation
from shared.recognition.weights import load_network
from training.errors import RunError
from training.recipes.recipe import ROLES, START, Settings

S = TypeVar("S", bound=BaseModel)  # the settings of a step


@dataclass(frozen=True)
class Teacher:
    """A network in evaluation mode. `mixed`: it answers in bfloat16."""

    network: nn.Module
    normalise: Normalisation
    mixed: bool = False

    @torch.no_grad()
    def __call__(self, images: Tensor) -> Tensor:
        """images (B, 28, 28) in 0..255 → logits (B, 10) float32, on the device of the images."""
        with torch.autocast(images.device.type, torch.bfloat16, enabled=self.mixed):
            inputs = self.normalise(images).contiguous(memory_format=torch.channels_last)
            logits: Tensor = self.network.to(images.device)(inputs)
        return logits.float()


def load_teacher(reference: str, models_dir: Path, mixed: bool = False) -> Teacher:
    """Load "name" or "name/version". ModelVersionError if there is no such version."""
    manifest = find_manifest(models_dir, reference)
    network = load_network(models_dir, manifest).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Teacher(network.eval(), manifest.normalisation, mixed)


def pin_versions(settings: S, models_dir: Path, known: dict[str, str] | None = None) -> S:
    """Replace every "name" by "name/version", so that a version published meanwhile changes nothing.

    `known` maps names to versions that were chosen before, and receives those chosen now. ModelVersionError if there
    is no such version.
    """
    known = {} if known is None else known
    pinned = {}
    for role in ROLES:
        name = getattr(settings, role, None)
        if name not in {None, START}:
            pinned[role] = known[name] = find_any_manifest(models_dir, known.get(name, name)).reference
    return settings.model_copy(update=pinned)


def load_start(settings: Settings, models_dir: Path) -> nn.Module | None:
    """Return the network that the settings name to start from, or None.

    RunError if it has another architecture or normalisation. ModelVersionError if it does not exist.
    """
    if settings.start_from is None:
        return None
    manifest = find_manifest(models_dir, settings.start_from)
    if manifest.architecture != settings.architecture:
        raise RunError(
            f"{manifest.reference} is a {manifest.architecture}; a {settings.architecture} cannot start from it."
        )
    if manifest.normalisation != Normalisation():
        raise RunError(f"{manifest.reference} normalises its input in another way; no training can start from it.")
    return load_network(models_dir, manifest)
