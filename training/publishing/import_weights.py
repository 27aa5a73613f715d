"""Publishes weights that were trained elsewhere as a model version, after checking names and shapes.

`python -m training.publishing.import_weights file.pth --architecture cnn`. Nothing but tensors is unpickled. The file
may hold the state itself, or hold it under a key such as "state_dict", with the prefixes that DataParallel and
Lightning add. The weights of a model version can be published again, measured with today's code: its settings,
data, epochs and calibration are kept.
"""

import hashlib
import pickle
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from pydantic import Field
from pydantic_settings import CliPositionalArg, SettingsConfigDict
from safetensors.torch import load_file
from torch import Tensor, nn

from shared.recognition.architectures import build_network
from shared.recognition.augmented_views import DOUBTFUL_BELOW
from shared.recognition.calibration import Calibration
from shared.recognition.model_version import MANIFEST, WEIGHTS, Manifest, read_manifest
from shared.recognition.normalisation import Normalisation
from training.command_line import run_command
from training.data.mixture import load_test, load_validation
from training.drift.validation import count_validation
from training.errors import WeightsError
from training.evaluation.measures import make_compute_logits
from training.options import TrainingOptions
from training.publishing.lineage import list_datasets
from training.publishing.version import Candidate, calibrate, print_report, publish
from training.recipes.recipe import Architecture, Settings

WRAPPERS = ("state_dict", "model_state_dict", "model", "network")  # keys under which checkpoints hold the state
PREFIXES = ("module.", "model.", "network.")


class Options(TrainingOptions):
    """Check, measure and publish weights that were trained elsewhere."""

    model_config = SettingsConfigDict(cli_prog_name="python -m training.publishing.import_weights")

    file: CliPositionalArg[Path] = Field(description=".pth, .pt or .safetensors")
    architecture: Architecture = Field(description="the network that the weights belong to")
    name: str | None = Field(None, description="name under models; default: the architecture's")
    mean: float = Field(Normalisation.mean, description="what its training subtracted from pixel / 255")
    std: float = Field(Normalisation.std, gt=0, description="what its training then divided by")


def read_weights(path: Path) -> dict[str, Tensor]:
    """Return name → tensor. WeightsError if the file is unreadable or holds anything but tensors."""
    try:
        content = load_file(path) if path.suffix == ".safetensors" else torch.load(path, "cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise WeightsError(f"{path} holds more than tensors. Only tensors are loaded.") from error
    except Exception as error:
        raise WeightsError(f"{path} cannot be read: {error!r}") from error
    for key in WRAPPERS:
        if isinstance(content, Mapping) and isinstance(content.get(key), Mapping):
            content = content[key]
    if not isinstance(content, Mapping) or not all(map(is_weight, content.items())):
        raise WeightsError(f"{path} does not hold a table of plain tensors: save `network.state_dict()`.")
    weights = {strip_prefixes(name): tensor for name, tensor in content.items()}
    if len(weights) < len(content):
        raise WeightsError(f"{path} holds some weights twice, with and without a wrapper's prefix.")
    return weights


def is_weight(entry: tuple[object, object]) -> bool:
    """Return whether the entry is a name with a dense CPU tensor of real numbers."""
    name, tensor = entry
    return (
        isinstance(name, str)
        and isinstance(tensor, Tensor)
        and tensor.layout is torch.strided
        and tensor.device.type == "cpu"
        and not tensor.is_complex()
    )


def strip_prefixes(name: str) -> str:
    """Remove the prefixes that wrappers put before a weight's name."""
    while prefix := next((prefix for prefix in PREFIXES if name.startswith(prefix)), None):
        name = name.removeprefix(prefix)
    return name


def build_with(weights: Mapping[str, Tensor], architecture: str) -> nn.Module:
    """Return the network in evaluation mode. WeightsError names every weight that does not fit."""
    network = build_network(architecture)
    wanted = network.state_dict()
    wrong = [f"{name} is missing" for name in wanted.keys() - weights.keys()]
    wrong += [f"{name} is unknown" for name in weights.keys() - wanted.keys()]
    wrong += [
        f"{name} is {tuple(weights[name].shape)} and should be {tuple(tensor.shape)}"
        for name, tensor in wanted.items()
        if name in weights and weights[name].shape != tensor.shape
    ]
    wrong += [
        f"{name} holds integers"
        for name, tensor in wanted.items()
        if name in weights and tensor.is_floating_point() and not weights[name].is_floating_point()
    ]
    wrong += [f"{name} is not finite" for name, tensor in weights.items() if not bool(tensor.float().isfinite().all())]
    if wrong:
        raise WeightsError(f"These are not the weights of {architecture}: " + "; ".join(sorted(wrong)) + ".")
    network.load_state_dict(dict(weights))
    return network.eval()


def find_origin(file: Path) -> Manifest | None:
    """Return the manifest if the file belongs to a model version, else None. ModelVersionError if it is malformed."""
    folder = file.resolve().parent
    if file.name != WEIGHTS or not (folder / MANIFEST).exists():
        return None
    return read_manifest(folder.parent.parent, folder.parent.name, folder.name)


def build_candidate(options: Options, origin: Manifest | None) -> Candidate:
    """Return what is to be published. WeightsError if the weights do not fit the architecture."""
    candidate = Candidate(
        name=options.name or options.architecture,
        architecture=options.architecture,
        network=build_with(read_weights(options.file), options.architecture),
        normalisation=Normalisation(options.mean, options.std),
        data={options.file.name: hashlib.sha256(options.file.read_bytes()).hexdigest()},
        recipe={"imported_from": options.file.name},
    )
    if origin is None:
        return candidate
    return replace(
        candidate,
        normalisation=origin.normalisation,
        data=origin.data,
        recipe=origin.recipe | {"imported_from": origin.reference},
        recipe_name=origin.recipe_name,
        lineage=origin.lineage,
        epochs=origin.epochs,
    )


def choose_settings(origin: Manifest | None) -> Settings:
    """Return the settings that decide which data are clean to measure with: the datasets of the version's training."""
    trained_on = origin.recipe.get("dataset") if origin else None
    return Settings.model_validate({"dataset": str(trained_on).split(",")} if trained_on else {})


def choose_calibration(
    candidate: Candidate, origin: Manifest | None, settings: Settings, options: Options
) -> Calibration:
    """Return the version's own calibration, or fit one if the weights come from elsewhere."""
    if origin is None:
        return calibrate(candidate, load_validation(settings, options))
    return replace(origin.calibration, doubtful_below=DOUBTFUL_BELOW)


def import_weights(options: Options) -> None:
    """Publish the weights if they fit. They become the current version if the gate allows it."""
    origin = find_origin(options.file)
    candidate, settings = build_candidate(options, origin), choose_settings(origin)
    calibration = choose_calibration(candidate, origin, settings, options)
    test = load_test(settings.dataset, options, list_datasets(candidate.lineage))
    compute_logits = make_compute_logits(candidate.network, candidate.normalisation)
    distributions = count_validation(compute_logits, calibration, settings, options)
    print_report(publish(candidate, calibration, test, options.models_dir, distributions))


def main(arguments: list[str] | None = None) -> int:
    """Return the exit status: 0 if the weights were published."""
    return run_command(Options, import_weights, arguments)


if __name__ == "__main__":
    sys.exit(main())
