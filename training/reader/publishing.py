"""Publishes a reader network as a version: calibrated, measured on composed test pages, compared, and written.

A candidate comes in. The result says which version was written, and why it did not become the current one.
"""

import logging
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import torch
from torch import nn

from shared.recognition.architectures import count_parameters
from shared.recognition.model_version import (
    CURRENT,
    READER,
    ReaderManifest,
    TrainingStep,
    next_version,
    read_current,
    read_reader_manifest,
    set_current,
)
from shared.recognition.reader_calibration import ReaderCalibration
from shared.recognition.weights import load_network
from training.publishing.folder import write_model_version
from training.publishing.gate import is_worse
from training.reader.calibration import fit_reader_calibration
from training.reader.graph import check_reader_graph, export_reader_graph
from training.reader.measured_pages import Slices
from training.reader.measures import Measured, measure_slices
from training.reader.normalisation import NORMALISATION
from training.reader.reading import make_compute_maps, read_slices

log = logging.getLogger(__name__)

CHECKED_PAGES = 5  # of each slice, on which the graph must answer as the network


@dataclass(frozen=True)
class ReaderCandidate:
    """A trained reader and how it was made. The fields from `data` on become fields of its manifest."""

    network: nn.Module
    data: Mapping[str, str]
    recipe: Mapping[str, str | int | float | bool]
    recipe_name: str = ""
    lineage: Sequence[TrainingStep] = ()
    epochs: Sequence[Mapping[str, float]] = field(default_factory=list)


@dataclass(frozen=True)
class PublishedReader:
    """The version that was written. `objections` say why it did not become the current one; empty if it did."""

    manifest: ReaderManifest
    objections: list[str]


def publish_reader(candidate: ReaderCandidate, validation: Slices, test: Slices, models_dir: Path) -> PublishedReader:
    """Calibrate on validation pages, measure on test pages, write, and make current if the gate allows.

    The files are written last, so a process that is killed before leaves nothing. ModelVersionError if the exported
    graph answers differently from the network.
    """
    torch.set_num_threads(1)  # several are slower for pages as small as these
    compute_maps = make_compute_maps(candidate.network)
    graph = export_reader_graph(candidate.network)
    check_reader_graph(graph, compute_maps, [page.picture for part in test.values() for page in part[:CHECKED_PAGES]])
    log.info("reading %d validation pages", sum(map(len, validation.values())))
    calibration = fit_reader_calibration(validation, read_slices(validation, compute_maps))
    log.info("reading %d test pages", sum(map(len, test.values())))
    measured = measure_slices(test, read_slices(test, compute_maps), calibration)
    objections = find_objections(measured, test, models_dir)
    manifest = build_manifest(candidate, calibration, measured, models_dir)
    write_model_version(models_dir, manifest, candidate.network, graph)
    if not objections:
        set_current(models_dir, manifest.name, manifest.version)
    return PublishedReader(manifest, objections)


def find_objections(measured: Mapping[str, Measured], test: Slices, models_dir: Path) -> list[str]:
    """Compare with the current version on the same pages. Return one phrase for each slice that got worse.

    ModelVersionError if the current version cannot be loaded.
    """
    if not (models_dir / READER / CURRENT).exists():
        log.info("there is no current version of %s to compare with", READER)
        return []
    current = read_reader_manifest(models_dir, read_current(models_dir, READER))
    compute_maps = make_compute_maps(load_network(models_dir, current))
    before = measure_slices(test, read_slices(test, compute_maps), current.calibration)
    unmeasured = sorted(current.metrics.keys() - measured.keys())
    objections = [f"{name}: measured for {current.reference}, but not now" for name in unmeasured]
    for name, now in measured.items():
        for noun, after, earlier in (
            ("digits", now.digits, before[name].digits),
            ("exact pages", now.pages, before[name].pages),
        ):
            if is_worse(after, earlier):
                change = 100 * (after.mean() - earlier.mean())
                objections.append(f"{name}, {noun}: {change:+.2f} points against {current.reference}")
    return objections


def build_manifest(
    candidate: ReaderCandidate, calibration: ReaderCalibration, measured: Mapping[str, Measured], models_dir: Path
) -> ReaderManifest:
    """Return the manifest with the next free version number of today."""
    now = datetime.now(UTC)
    libraries = {name: version(name) for name in ("torch", "onnx", "numpy", "opencv-python-headless")}
    return ReaderManifest(
        name=READER,
        version=next_version(models_dir, READER, now),
        created_at=now.replace(microsecond=0),
        architecture=READER,
        parameters=count_parameters(candidate.network),
        normalisation=NORMALISATION,
        calibration=calibration,
        data=dict(candidate.data),
        recipe=dict(candidate.recipe),
        recipe_name=candidate.recipe_name,
        lineage=list(candidate.lineage),
        metrics={name: part.metrics for name, part in measured.items()},
        libraries={"python": platform.python_version(), **libraries},
        epochs=[dict(epoch) for epoch in candidate.epochs],
    )


def print_reader_report(published: PublishedReader) -> None:
    """Print the calibration, the metrics of every slice, and whether the version is now the current one."""
    manifest = published.manifest
    print(f"published {manifest.reference}")
    print(f"  {manifest.calibration}")
    for name, metrics in manifest.metrics.items():
        print(f"  {name}: " + ", ".join(f"{metric} {value:.4f}" for metric, value in metrics.items()))
    if published.objections:
        print("It did not become the current version. " + "; ".join(published.objections))
    else:
        print("It is the current version now.")
