"""A model version on disk: `models/<name>/<version>/` with manifest.json, weights.safetensors and model.onnx.

`training` writes the folder in one step, so that a reader never sees an incomplete version. The file
`models/<name>/current` names the version in use, and `models/<name>/shadow` the one that runs beside it, if there is
one. The file `models/default` names the model that answers when a request names none; without it, that is `cnn`. Torch
loads the safetensors, other engines the ONNX file. No pickle is ever loaded. The name `reader` is that of the network
that finds the digits of pages; all others read one image.
"""

import math
import os
import re
from dataclasses import astuple
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from shared.recognition.calibration import Calibration
from shared.recognition.normalisation import Normalisation
from shared.recognition.reader_calibration import ReaderCalibration

WEIGHTS = "weights.safetensors"
GRAPH = "model.onnx"
MANIFEST = "manifest.json"
CURRENT = "current"
SHADOW = "shadow"
DEFAULT = "default"  # a file beside the folders of the models
BUILT_IN_DEFAULT = "cnn"  # the default model without that file
READER = "reader"  # the name of the network that finds the digits of pages
MAX_POINTER_BYTES = 256  # a name and a version have at most 64 characters each; `echo` may add a line break
MAX_MANIFEST_BYTES = 16 * 1024 * 1024  # the shipped ones have 3 to 17 kB; most of that is one entry per epoch
NAME_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class ModelVersionError(Exception):
    """A model version is missing or broken, or its name is not allowed. The message says which version and why."""


class TrainingStep(BaseModel):
    """One training step that a model version depends on: its settings and its data."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    trained: str  # "name/version" if it was published, else the recipe and the number of the step
    settings: dict[str, str | int | float | bool]
    data: dict[str, str]  # name of the training data → its hash


class VersionManifest(BaseModel):
    """What every manifest.json holds: what the weights are, how they were trained and how well they read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    version: str
    created_at: datetime
    architecture: str
    parameters: int  # trainable weights
    normalisation: Normalisation
    data: dict[str, str]  # name of the training data → its hash
    recipe: dict[str, str | int | float | bool]  # settings of the last training step
    recipe_name: str = ""  # file in training/recipes; empty for imported weights
    lineage: list[TrainingStep] = Field(default_factory=list)  # all steps that the last one depends on, oldest first
    metrics: dict[str, dict[str, float]]  # slice → metric → value
    libraries: dict[str, str]
    epochs: list[dict[str, float]] = Field(default_factory=list)  # metrics of each epoch; may be empty
    objections: list[str] = Field(default_factory=list)  # what the gate said when the version was written
    files: dict[str, str] = Field(default_factory=dict)  # weights and graph → SHA-256; empty for older versions

    @property
    def reference(self) -> str:
        """The name and the version, for example `cnn/2026-11-21.1`."""
        return f"{self.name}/{self.version}"


class Manifest(VersionManifest):
    """The manifest of a network that reads an image.

    `distributions` counts its validation data: kind of picture → measure → the count of each bin (`training/drift`).
    """

    calibration: Calibration
    distributions: dict[str, dict[str, list[int]]] = Field(default_factory=dict)

    @field_validator("calibration")
    @classmethod
    def _check_calibration(cls, calibration: Calibration) -> Calibration:
        """Zero and NaN would give answers that are not numbers."""
        if not all(math.isfinite(value) for value in astuple(calibration)):
            raise ValueError("a constant is not a finite number")
        if calibration.temperature <= 0 or calibration.energy_scale <= 0:
            raise ValueError("the temperature and the energy scale must be positive")
        if not 0 <= calibration.digit_score_threshold <= 1:
            raise ValueError("the threshold of the digit score is not in 0..1")
        return calibration


class ReaderManifest(VersionManifest):
    """The manifest of the reader network, which finds the digits of a page."""

    calibration: ReaderCalibration

    @field_validator("calibration")
    @classmethod
    def _check_calibration(cls, calibration: ReaderCalibration) -> ReaderCalibration:
        if not all(math.isfinite(value) for value in astuple(calibration)) or calibration.temperature <= 0:
            raise ValueError("the temperature must be positive, and every constant a finite number")
        if not (0 <= calibration.digit_threshold <= 1 and 0 <= calibration.separator_threshold <= 1):
            raise ValueError("a threshold is not in 0..1")
        return calibration


M = TypeVar("M", bound=VersionManifest)


def next_version(models_dir: Path, name: str, now: datetime) -> str:
    """`YYYY-MM-DD.N`, where N is one more than the highest number of that day."""
    day = f"{now:%Y-%m-%d}"
    numbers = [folder.name.removeprefix(f"{day}.") for folder in (models_dir / name).glob(f"{day}.*")]
    return f"{day}.{1 + max((int(number) for number in numbers if number.isdecimal()), default=0)}"


def set_current(models_dir: Path, name: str, version: str) -> None:
    """Puts that version in use, in one atomic step. ModelVersionError if there is no such version."""
    _read_any_manifest(models_dir, name, version)
    _write_pointer(models_dir / name / CURRENT, version)


def read_current(models_dir: Path, name: str) -> str:
    """The version in use. ModelVersionError if there is no such model, or if its file `current` is broken."""
    return check_name(_read_pointer(models_dir, name, CURRENT))


def set_shadow(models_dir: Path, name: str, reference: str | None) -> None:
    """Lets the version `name/version`, also of another model, run in shadow of the model `name`; None ends that.

    It is one atomic step. ModelVersionError if there is no such model or version, or if it reads no images.
    """
    pointer = models_dir / check_name(name) / SHADOW
    if reference is None:
        pointer.unlink(missing_ok=True)
        return
    check_reads_images(name)
    read_current(models_dir, name)
    _write_pointer(pointer, read_manifest(models_dir, *_split_version(reference)).reference)


def read_shadow(models_dir: Path, name: str) -> str | None:
    """The `name/version` that runs in shadow of this model; None if there is none. ModelVersionError if it is broken.

    The version itself may be missing or broken.
    """
    if not os.path.lexists(models_dir / check_name(name) / SHADOW):
        return None
    return "/".join(_split_version(_read_pointer(models_dir, name, SHADOW)))


def set_default(models_dir: Path, name: str | None) -> None:
    """Lets the model answer when a request names none, in one atomic step; None ends that.

    ModelVersionError if it has no version.
    """
    if name is None:
        (models_dir / DEFAULT).unlink(missing_ok=True)
        return
    check_reads_images(name)
    read_current(models_dir, name)
    _write_pointer(models_dir / DEFAULT, name)


def read_default(models_dir: Path) -> str | None:
    """The name that the file `default` contains; None if there is no such file. ModelVersionError if it is broken."""
    if not os.path.lexists(models_dir / DEFAULT):
        return None
    return check_name(_read_text(models_dir / DEFAULT, "models folder"))


def _split_version(reference: str) -> tuple[str, str]:
    name, _, version = reference.partition("/")
    return check_name(name), check_name(version)


def _write_pointer(pointer: Path, content: str) -> None:
    written = pointer.with_name(f".{pointer.name}-{token_hex(4)}")  # two containers may have the same process ids
    try:
        written.write_text(content + "\n")
        written.replace(pointer)
    except OSError:
        written.unlink(missing_ok=True)
        raise


def _read_pointer(models_dir: Path, name: str, pointer: str) -> str:
    return _read_text(models_dir / check_name(name) / pointer, f"model {name!r}")


def _read_text(pointer: Path, of_what: str) -> str:
    try:
        return read_model_file(pointer, MAX_POINTER_BYTES, of_what).decode().strip()
    except UnicodeDecodeError as error:
        raise ModelVersionError(f"{pointer.name} of the {of_what} is not text.") from error


def folder_of(models_dir: Path, name: str, version: str) -> Path:
    """The folder of that version, which need not exist. ModelVersionError if the name or the version is not allowed."""
    return models_dir / check_name(name) / check_name(version)


def list_versions(models_dir: Path) -> list[tuple[str, str]]:
    """The (name, version) of every folder with the manifest of a network that reads images, sorted."""
    return [(name, version) for name, version in _list_folders(models_dir) if name != READER]


def list_reader_versions(models_dir: Path) -> list[str]:
    """The versions of the reader network, sorted."""
    return [version for name, version in _list_folders(models_dir) if name == READER]


def _list_folders(models_dir: Path) -> list[tuple[str, str]]:
    manifests = models_dir.glob(f"*/*/{MANIFEST}")
    return sorted((path.parent.parent.name, path.parent.name) for path in manifests if path.parent.name[0] != ".")


def check_reads_images(name: str) -> None:
    """ModelVersionError for the name of the reader network, which answers no questions about single digits."""
    if name == READER:
        raise ModelVersionError(f"{READER!r} finds the digits of pages. It is no model that reads a single digit.")


def read_manifest(models_dir: Path, name: str, version: str) -> Manifest:
    """The manifest of a network that reads images. ModelVersionError, also if it is the reader network."""
    check_reads_images(name)
    return _read_manifest(Manifest, models_dir, name, version)


def read_reader_manifest(models_dir: Path, version: str) -> ReaderManifest:
    """The manifest of a version of the reader network. ModelVersionError if it is missing or malformed."""
    return _read_manifest(ReaderManifest, models_dir, READER, version)


def _read_manifest(kind: type[M], models_dir: Path, name: str, version: str) -> M:
    """The manifest of that version. ModelVersionError if it is missing or malformed, or names another version."""
    path = folder_of(models_dir, name, version) / MANIFEST
    content = read_model_file(path, MAX_MANIFEST_BYTES, f"model {name}/{version}")
    try:
        manifest = kind.model_validate_json(content)
    except ValidationError as error:
        raise ModelVersionError(f"The manifest of {name}/{version} is malformed: {error}") from error
    if (manifest.name, manifest.version) != (name, version):
        raise ModelVersionError(f"The manifest of {name}/{version} says it is {manifest.reference}.")
    return manifest


def read_model_file(path: Path, max_bytes: int, of_what: str) -> bytes:
    """The content of a regular file. ModelVersionError if it is missing, something else, unreadable or too long."""
    try:
        if not os.path.lexists(path):
            raise ModelVersionError(f"There is no {of_what}.")
        if not path.is_file():  # a folder, a dangling link, or a pipe, which would block the reader
            raise ModelVersionError(f"{path.name} of the {of_what} is not a file.")
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
    except OSError as error:
        raise ModelVersionError(f"{path.name} of the {of_what} can't be read: {error.strerror}.") from error
    if len(content) > max_bytes:
        raise ModelVersionError(f"{path.name} of the {of_what} is longer than {max_bytes:,} bytes.")
    return content


def find_manifest(models_dir: Path, reference: str) -> Manifest:
    """The manifest for `name` or `name/version`. ModelVersionError if there is none."""
    return read_manifest(models_dir, *resolve_reference(models_dir, reference))


def find_any_manifest(models_dir: Path, reference: str) -> VersionManifest:
    """The manifest for `name` or `name/version`, also of the reader network. ModelVersionError if there is none."""
    return _read_any_manifest(models_dir, *resolve_reference(models_dir, reference))


def _read_any_manifest(models_dir: Path, name: str, version: str) -> VersionManifest:
    return _read_manifest(ReaderManifest if name == READER else Manifest, models_dir, name, version)


def resolve_reference(models_dir: Path, reference: str) -> tuple[str, str]:
    """`name/version`, or `name` for its current version → (name, version). ModelVersionError if not allowed."""
    name, _, version = reference.partition("/")
    return check_name(name), check_name(version or read_current(models_dir, name))


def check_name(name: str) -> str:
    """Returns the name if it is a single path component, else raises ModelVersionError. It may come from a request."""
    if not NAME_PATTERN.fullmatch(name):
        raise ModelVersionError(f"{name!r} is not a valid name of a model or a version.")
    return name
