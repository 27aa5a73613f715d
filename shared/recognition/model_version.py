"""A model version on disk: `models/<name>/<version>/` with manifest.json, weights.safetensors and model.onnx.

`training.model_folder` writes it, in one step, so that a reader never sees half of one. `models/<name>/current` names
the version in use. Weights are safetensors for torch and ONNX for the other engines: no pickle is ever loaded.
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
    """A model version that is missing, broken or not ours; the message says which and why."""


class TrainingStep(BaseModel):
    """One training step that a model version depends on: what was trained, with which settings, on which data."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    trained: str  # "name/version" where it was published, else "recipe, step 2"
    settings: dict[str, str | int | float | bool]
    data: dict[str, str]  # training data → its hash


class Manifest(BaseModel):
    """manifest.json: what the weights are, how they were made and how well they do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    version: str
    created_at: datetime
    architecture: str
    parameters: int  # trainable weights
    normalisation: Normalisation
    calibration: Calibration
    data: dict[str, str]  # training data → its hash
    recipe: dict[str, str | int | float | bool]  # settings of the last training step
    recipe_name: str = ""  # file in training/recipes; empty for imported weights
    lineage: list[TrainingStep] = Field(default_factory=list)  # all steps before the last, oldest first
    metrics: dict[str, dict[str, float]]  # slice → metric → value
    libraries: dict[str, str]
    history: list[dict[str, float]] = Field(default_factory=list)  # what each epoch reached; empty where none was kept

    @property
    def reference(self) -> str:
        """For example «cnn/2026-11-21.1»."""
        return f"{self.name}/{self.version}"


def next_version(models_dir: Path, name: str, now: datetime) -> str:
    """«YYYY-MM-DD.N», one above the highest that is there of that day: later versions have higher numbers."""
    day = f"{now:%Y-%m-%d}"
    numbers = [folder.name.removeprefix(f"{day}.") for folder in (models_dir / name).glob(f"{day}.*")]
    return f"{day}.{1 + max((int(number) for number in numbers if number.isdecimal()), default=0)}"


def set_current(models_dir: Path, name: str, version: str) -> None:
    """Makes that version the one in use, in one atomic step. ModelVersionError where there is no such version."""
    read_manifest(models_dir, name, version)
    pointer = models_dir / name / CURRENT
    written = pointer.with_name(f".{CURRENT}-{os.getpid()}")
    written.write_text(version + "\n")
    written.replace(pointer)


def read_current(models_dir: Path, name: str) -> str:
    """The version in use. ModelVersionError where that model is not there."""
    check_name(name)
    try:
        version = (models_dir / name / CURRENT).read_text().strip()
    except OSError as error:
        raise ModelVersionError(f"There is no model {name!r}.") from error
    return check_name(version)


def folder_of(models_dir: Path, name: str, version: str) -> Path:
    """Where that version lies, or would. ModelVersionError where a name is no name."""
    return models_dir / check_name(name) / check_name(version)


def list_versions(models_dir: Path) -> list[tuple[str, str]]:
    """(name, version) of every folder that holds a manifest, sorted."""
    manifests = models_dir.glob(f"*/*/{MANIFEST}")
    return sorted((path.parent.parent.name, path.parent.name) for path in manifests if path.parent.name[0] != ".")


def read_manifest(models_dir: Path, name: str, version: str) -> Manifest:
    """ModelVersionError where it is missing or malformed, or names another version than its folder does."""
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
    """Of that model version. ModelVersionError where there is none."""
    return read_manifest(models_dir, *resolve_reference(models_dir, reference))


def resolve_reference(models_dir: Path, reference: str) -> tuple[str, str]:
    """«name», whose current version is meant, or «name/version» → both. ModelVersionError for what is no name."""
    name, _, version = reference.partition("/")
    return check_name(name), check_name(version or read_current(models_dir, name))


def check_name(name: str) -> str:
    """The name, which is one path component and nothing else, since it may come from a request. ModelVersionError."""
    if not NAME_PATTERN.fullmatch(name):
        raise ModelVersionError(f"{name!r} is not the name of a model or a version.")
    return name
