"""A model version on disk → its trained torch network, for training and for serving with torch."""

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from shared.recognition.architectures import build_network
from shared.recognition.model_version import WEIGHTS, Manifest, ModelVersionError, folder_of


def load_network(models_dir: Path, manifest: Manifest) -> nn.Module:
    """The network in evaluation mode, on the CPU. ModelVersionError if its weights are missing or do not fit."""
    path = folder_of(models_dir, manifest.name, manifest.version) / WEIGHTS
    try:
        network = build_network(manifest.architecture)
        network.load_state_dict(load_file(path))
    except (KeyError, OSError, RuntimeError, SafetensorError) as error:
        raise ModelVersionError(f"The weights of {manifest.reference} can't be loaded: {error}") from error
    return network.eval()
