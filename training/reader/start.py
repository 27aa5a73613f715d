"""The published version whose weights a training of the reader starts from, and the lineage that follows from it."""

from pathlib import Path

from torch import nn

from shared.recognition.model_version import (
    READER,
    ModelVersionError,
    ReaderManifest,
    TrainingStep,
    read_reader_manifest,
    resolve_reference,
)
from shared.recognition.weights import load_network
from training.recipes.reader_recipe import ReaderSettings
from training.run_folder import RunFolder


def pin_start(settings: ReaderSettings, run: RunFolder, models_dir: Path) -> ReaderSettings:
    """Replace "reader" by the version that was current when the run began. ModelVersionError if there is none."""
    if settings.start_from is None:
        return settings
    known = run.read_versions()
    start = find_start(known.get(settings.start_from, settings.start_from), models_dir).reference
    run.write_versions({settings.start_from: start})
    return settings.model_copy(update={"start_from": start})


def load_start(settings: ReaderSettings, models_dir: Path) -> nn.Module | None:
    """Return the network to start from; None if the weights begin at random. ModelVersionError if it is missing."""
    if settings.start_from is None:
        return None
    return load_network(models_dir, find_start(settings.start_from, models_dir))


def describe_start(settings: ReaderSettings, models_dir: Path) -> list[TrainingStep]:
    """Return all training steps before this one, oldest first. ModelVersionError if the start is missing."""
    if settings.start_from is None:
        return []
    start = find_start(settings.start_from, models_dir)
    return [*start.lineage, TrainingStep(trained=start.reference, settings=start.recipe, data=start.data)]


def find_start(reference: str, models_dir: Path) -> ReaderManifest:
    """Return the manifest of "reader" or "reader/version". ModelVersionError if it is missing or no reader."""
    name, version = resolve_reference(models_dir, reference)
    if name != READER:
        raise ModelVersionError(f"{reference} is no reader; a reader cannot start from it.")
    return read_reader_manifest(models_dir, version)
