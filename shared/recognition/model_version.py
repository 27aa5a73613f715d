"""A model version on disk: `models/<name>/<version>/` with manifest.json, weights.safetensors and model.onnx.

`training` writes the folder in one step, so that a reader never sees an incomplete version. The file
`models/<name>/current` names the version in use. Torch loads the safetensors, other engines the ONNX file. No pickle
is ever loaded.
"""

import os
import re
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.recognition.calibration import Calibration
from shared.recognition.normalisation import Normalisation

WEIGHTS = "weights.safetensors"
GRAPH = "model.onnx"
MANIFEST = "manifest.json"
CURRENT = "current"
NAME_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class ModelVersionError(Exception):
    """A model version is missing or broken, or its name is not allowed. The message says which version and why."""


class TrainingStep(BaseModel):
    """One training step that a model version depends on: its settings and its data."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    trained: str  # "name/version" if it was published, else the recipe and the number of the step
    settings: dict[str, str | int | float | bool]
    data: dict[str, str]  # name of the training data → its hash


class Manifest(BaseModel):
    """The content of manifest.json: what the weights are, how they were trained and how well they read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    version: str
    created_at: datetime
    architecture: str
    parameters: int  # trainable weights
    normalisation: Normalisation
    calibration: Calibration
    data: dict[str, str]  # name of the training data → its hash
    recipe: dict[str, str | int | float | bool]  # settings of the last training step
    recipe_name: str = ""  # file in training/recipes; empty for imported weights
    lineage: list[TrainingStep] = Field(default_factory=list)  # all steps that the last one depends on, oldest first
    metrics: dict[str, dict[str, float]]  # slice → metric → value
    libraries: dict[str, str]
    epochs: list[dict[str, float]] = Field(default_factory=list)  # metrics of each epoch; may be empty

    @property
    def reference(self) -> str:
        """The name and the version, for example `cnn/2026-11-21.1`."""
        return f"{self.name}/{self.version}"


def next_version(models_dir: Path, name: str, now: datetime) -> str:
    """`YYYY-MM-DD.N`, where N is one more than the highest number of that day."""
    day = f"{now:%Y-%m-%d}"
    numbers = [folder.name.removeprefix(f"{day}.") for folder in (models_dir / name).glob(f"{day}.*")]
    return f"{day}.{1 + max((int(number) for number in numbers if number.isdecimal()), default=0)}"


def set_current(models_dir: Path, name: str, version: str) -> None:
    """Puts that version in use, in one atomic step. ModelVersionError if there is no such version."""
    read_manifest(models_dir, name, version)
    pointer = models_dir / name / CURRENT
    written = pointer.with_name(f".{CURRENT}-{os.getpid()}")
    written.write_text(version + "\n")
    written.replace(pointer)


def read_current(models_dir: Path, name: str) -> str:
    """The version in use. ModelVersionError if there is no such model."""
    check_name(name)
    try:
        version = (models_dir / name / CURRENT).read_text().strip()
    except OSError as error:
        raise ModelVersionError(f"There is no model {name!r}.") from error
    return check_name(version)


def folder_of(models_dir: Path, name: str, version: str) -> Path:
    """The folder of that version, which need not exist. ModelVersionError if the name or the version is not allowed."""
    return models_dir / check_name(name) / check_name(version)


def list_versions(models_dir: Path) -> list[tuple[str, str]]:
    """The (name, version) of every folder with a manifest, sorted."""
    manifests = models_dir.glob(f"*/*/{MANIFEST}")
    return sorted((path.parent.parent.name, path.parent.name) for path in manifests if path.parent.name[0] != ".")


def read_manifest(models_dir: Path, name: str, version: str) -> Manifest:
    """The manifest of that version. ModelVersionError if it is missing or malformed, or names another version."""
    path = folder_of(models_dir, name, version) / MANIFEST
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ModelVersionError(f"There is no model {name}/{version}.") from error
    except ValidationError as error:
        raise ModelVersionError(f"The manifest of {name}/{version} is malformed: {error}") from error
    if (manifest.name, manifest.version) != (name, version):
        raise ModelVersionError(f"The manifest of {name}/{version} says it is {manifest.reference}.")
    return manifest


def find_manifest(models_dir: Path, reference: str) -> Manifest:
    """The manifest for `name` or `name/version`. ModelVersionError if there is none."""
    return read_manifest(models_dir, *resolve_reference(models_dir, reference))


def resolve_reference(models_dir: Path, reference: str) -> tuple[str, str]:
    """`name/version`, or `name` for its current version → (name, version). ModelVersionError if not allowed."""
    name, _, version = reference.partition("/")
    return check_name(name), check_name(version or read_current(models_dir, name))


def check_name(name: str) -> str:
    """Returns the name if it is a single path component, else raises ModelVersionError. It may come from a request."""
    if not NAME_PATTERN.fullmatch(name):
        raise ModelVersionError(f"{name!r} is not a valid name of a model or a version.")
    return name
