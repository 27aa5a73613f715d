"""Publishes a reader network as a version: calibrated, measured on composed test pages, compared, and written.

A candidate comes in. The result says which version was written, and why it did not become the current one.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import nn

from shared.recognition.model_version import (
    CURRENT,
    READER,
    ReaderManifest,
    TrainingStep,
    read_current,
    read_reader_manifest,
)
from shared.recognition.weights import load_network
from training.evaluation.paired import is_worse
from training.publishing.folder import write_model_version
from training.publishing.version import (
    LIBRARIES,
    Candidate,
    Published,
    build_manifest,
    print_report,
    promote_or_hold_back,
)
from training.reader.calibration import fit_reader_calibration
from training.reader.graph import check_reader_graph, export_reader_graph
from training.reader.measured_pages import Slices
from training.reader.measures import Measured, measure_slices
from training.reader.normalisation import NORMALISATION
from training.reader.reading import make_compute_maps, read_slices

log = logging.getLogger(__name__)

READER_LIBRARIES = (*LIBRARIES, "opencv-python-headless")
CHECKED_PAGES = 5  # of each slice, on which the graph must answer as the network


def make_candidate(
    network: nn.Module,
    data: Mapping[str, str],
    recipe: Mapping[str, str | int | float | bool],
    recipe_name: str = "",
    epochs: Sequence[Mapping[str, float]] = (),
    lineage: Sequence[TrainingStep] = (),
) -> Candidate:
    """A trained reader and how it was made."""
    return Candidate(READER, READER, network, NORMALISATION, data, recipe, recipe_name, lineage, epochs)


def publish_reader(
    candidate: Candidate, validation: Slices, test: Slices, models_dir: Path
) -> Published[ReaderManifest]:
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
    current = find_current(models_dir)
    objections = find_objections(measured, test, models_dir, current)
    metrics = {name: part.metrics for name, part in measured.items()}
    manifest = build_manifest(ReaderManifest, candidate, calibration, metrics, objections, models_dir, READER_LIBRARIES)
    manifest = write_model_version(models_dir, manifest, candidate.network, graph)
    return Published(manifest, promote_or_hold_back(models_dir, manifest, current.version if current else None))


def find_current(models_dir: Path) -> ReaderManifest | None:
    """Return the version in use, or None if there is none. ModelVersionError if it is broken."""
    if not (models_dir / READER / CURRENT).exists():
        log.info("there is no current version of %s to compare with", READER)
        return None
    return read_reader_manifest(models_dir, read_current(models_dir, READER))


def find_objections(
    measured: Mapping[str, Measured], test: Slices, models_dir: Path, current: ReaderManifest | None
) -> list[str]:
    """Compare with the current version on the same pages. Return one phrase for each slice that got worse.

    ModelVersionError if the current version cannot be loaded.
    """
    if current is None:
        return []
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


def print_reader_report(published: Published[ReaderManifest]) -> None:
    """Print the calibration and what is printed of every version."""
    print_report(published, published.manifest.calibration)
