"""Weights on disk and torch networks: loads those of a model version, for training and serving, and saves new ones."""

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from shared.recognition.architectures import build_network
from shared.recognition.model_version import WEIGHTS, ModelVersionError, VersionManifest, folder_of


def load_network(models_dir: Path, manifest: VersionManifest) -> nn.Module:
    """The network in evaluation mode, on the CPU. ModelVersionError if its weights are missing or do not fit."""
    path = folder_of(models_dir, manifest.name, manifest.version) / WEIGHTS
    try:
        network = build_network(manifest.architecture)
        network.load_state_dict(load_file(path))
    except (KeyError, OSError, RuntimeError, SafetensorError) as error:
        raise ModelVersionError(f"The weights of {manifest.reference} can't be loaded: {error}") from error
    return network.eval()


def save_weights(network: nn.Module, path: Path) -> None:
    """Write the network's weights as safetensors."""
    save_file({name: tensor.contiguous().cpu() for name, tensor in network.state_dict().items()}, path)
