"""Weights that were trained elsewhere → a model version: tensors only, names and shapes checked, then measured.

`python -m training.import_weights file.pth --architecture cnn`. A .pth is read without unpickling anything but
tensors; it may hold the state itself or have it under «state_dict» or the like, with the prefix that DataParallel or
Lightning adds. The weights of a model version may be published anew, measured by the code of today: its recipe,
data, history and calibration go with them, and what it doubts is looked at again from then on.
"""

import hashlib
import pickle
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, CliPositionalArg, SettingsConfigDict
from safetensors.torch import load_file
from torch import Tensor, nn

from shared.recognition.architectures import build_network
from shared.recognition.augmented_views import DOUBTFUL_BELOW
from shared.recognition.calibration import Calibration
from shared.recognition.model_version import MANIFEST, WEIGHTS, Manifest, read_manifest
from shared.recognition.normalisation import Normalisation
from training.command_line import run_command
from training.datasets.fetching import DATA_DIR
from training.mixture import load_test, load_validation
from training.options import ModelName, Options
from training.publishing import Candidate, calibrate, print_report, publish

WRAPPERS = ("state_dict", "model_state_dict", "model", "network")  # keys under which checkpoints hold the state
PREFIXES = ("module.", "model.", "network.")


class WeightsError(Exception):
    """Weights that are not what the architecture needs; the message says which and why."""


class ImportOptions(BaseSettings):
    """Check, measure and publish weights from elsewhere."""

    model_config = SettingsConfigDict(
        cli_prog_name="python -m training.import_weights",
        env_prefix="IMPORT_",
        cli_kebab_case=True,
        frozen=True,
        populate_by_name=True,
        allow_inf_nan=False,
        cli_hide_none_type=True,
    )

    file: CliPositionalArg[Path] = Field(description=".pth, .pt or .safetensors")
    architecture: ModelName = Field(description="the network the weights are of")
    name: str | None = Field(None, description="of the model; the architecture's where absent")
    mean: float = Field(Normalisation.mean, description="what its training subtracted from pixel / 255")
    std: float = Field(Normalisation.std, gt=0, description="what it divided by then")
    pen_digits: Path | None = Field(
        None, validation_alias=AliasChoices("pen_digits", "PEN_DIGITS"), description="pen strokes to measure with"
    )
    pen_letters: Path | None = Field(
        None, validation_alias=AliasChoices("pen_letters", "PEN_LETTERS"), description="letters, which are no digits"
    )
    data_dir: Path = Field(DATA_DIR, description="where `make data` puts it")
    models_dir: Path = Field(Path("models"), description="where inference looks")


def read_weights(path: Path) -> dict[str, Tensor]:
    """Name → tensor. WeightsError where the file is unreadable or holds anything but tensors."""
    try:
        content = load_file(path) if path.suffix == ".safetensors" else torch.load(path, "cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise WeightsError(f"{path} holds more than tensors, and nothing else is loaded.") from error
    except Exception as error:
        raise WeightsError(f"{path} can't be read: {error!r}") from error
    for key in WRAPPERS:
        if isinstance(content, Mapping) and isinstance(content.get(key), Mapping):
            content = content[key]
    if not isinstance(content, Mapping) or not all(map(is_weight, content.items())):
        raise WeightsError(f"{path} is no table of plain tensors: save `network.state_dict()`.")
    weights = {strip_prefixes(name): tensor for name, tensor in content.items()}
    if len(weights) < len(content):
        raise WeightsError(f"{path} has some weights twice, once with a wrapper's prefix and once without.")
    return weights


def is_weight(entry: tuple[object, object]) -> bool:
    """A name, and a tensor of numbers that lies in memory whole."""
    name, tensor = entry
    return (
        isinstance(name, str)
        and isinstance(tensor, Tensor)
        and tensor.layout is torch.strided
        and tensor.device.type == "cpu"
        and not tensor.is_complex()
    )


def strip_prefixes(name: str) -> str:
    """What wrappers put before a weight's name taken away."""
    while prefix := next((prefix for prefix in PREFIXES if name.startswith(prefix)), None):
        name = name.removeprefix(prefix)
    return name


def build_with(weights: Mapping[str, Tensor], architecture: str) -> nn.Module:
    """The network with these weights, in evaluation mode. WeightsError that names every weight which does not fit."""
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
        f"{name} is of whole numbers"
        for name, tensor in wanted.items()
        if name in weights and tensor.is_floating_point() and not weights[name].is_floating_point()
    ]
    wrong += [f"{name} is not finite" for name, tensor in weights.items() if not bool(tensor.float().isfinite().all())]
    if wrong:
        raise WeightsError(f"These are not the weights of {architecture}: " + "; ".join(sorted(wrong)) + ".")
    network.load_state_dict(dict(weights))
    return network.eval()


def find_origin(file: Path) -> Manifest | None:
    """Of the model version whose weights these are; None where they come from elsewhere. ModelVersionError."""
    folder = file.resolve().parent
    if file.name != WEIGHTS or not (folder / MANIFEST).exists():
        return None
    return read_manifest(folder.parent.parent, folder.parent.name, folder.name)


def build_candidate(options: ImportOptions, origin: Manifest | None) -> Candidate:
    """WeightsError where they don't fit."""
    network = build_with(read_weights(options.file), options.architecture)
    candidate = Candidate(
        name=options.name or options.architecture,
        architecture=options.architecture,
        network=network,
        normalisation=Normalisation(options.mean, options.std),
        data={options.file.name: hashlib.sha256(options.file.read_bytes()).hexdigest()},
        recipe={"imported_from": options.file.name},
    )
    if origin is None:
        return candidate
    recipe = origin.recipe | {"imported_from": origin.reference}
    return replace(
        candidate, normalisation=origin.normalisation, data=origin.data, recipe=recipe, history=origin.history
    )


def choose_data(options: ImportOptions, origin: Manifest | None) -> Options:
    """What to measure with: a version is not measured on what its datasets hold of the test writers'."""
    files = {"pen_digits": options.pen_digits, "pen_letters": options.pen_letters, "data_dir": options.data_dir}
    trained_on = origin.recipe.get("dataset") if origin else None
    return Options.model_validate(files | ({"dataset": str(trained_on).split(",")} if trained_on else {}))


def choose_calibration(candidate: Candidate, origin: Manifest | None, data: Options) -> Calibration:
    """What the version was fitted with; fitted now where the weights come from elsewhere."""
    if origin is None:
        return calibrate(candidate, load_validation(data))
    return replace(origin.calibration, doubtful_below=DOUBTFUL_BELOW)


def import_weights(options: ImportOptions) -> None:
    """Publishes them if they fit; they become the current version if the gate lets them."""
    origin = find_origin(options.file)
    candidate = build_candidate(options, origin)
    data = choose_data(options, origin)
    calibration = choose_calibration(candidate, origin, data)
    print_report(publish(candidate, calibration, load_test(data), options.models_dir))


def main(arguments: list[str] | None = None) -> int:
    """0 where the weights were published."""
    return run_command(ImportOptions, import_weights, arguments, WeightsError)


if __name__ == "__main__":
    sys.exit(main())
