"""Publishes a trained network as a model version.

A candidate comes in; it is calibrated, measured on every slice, compared with the current version by the gate, and
written. The result says which version was written and why it did not become the current one.
"""

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from typing import Generic, TypeVar

import torch
from torch import nn

from shared.recognition.architectures import count_parameters
from shared.recognition.augmented_views import average_doubtful_views
from shared.recognition.calibration import Calibration
from shared.recognition.journal import append_event
from shared.recognition.model_version import Manifest, TrainingStep, VersionManifest, next_version
from shared.recognition.normalisation import Normalisation
from shared.recognition.promotion import PromotionError, promote
from shared.recognition.reader_calibration import ReaderCalibration
from training.data.labelled_images import LabelledImages
from training.data.slices import PreparedSlice
from training.drift.validation import ValidationCounts
from training.evaluation.measures import make_compute_logits, measure
from training.evaluation.paired import Comparison
from training.publishing.calibration import fit_calibration
from training.publishing.folder import write_model_version
from training.publishing.gate import compare, find_current, find_objections, find_right
from training.publishing.graph import check_graph, export_graph

LIBRARIES = ("torch", "onnx", "numpy")  # whose versions a manifest names
GATE = "the gate"  # who promotes or holds back a version that was just trained


@dataclass(frozen=True)
class Candidate:
    """A trained network and how it was made. The fields from `data` on become fields of its manifest."""

    name: str  # under models/
    architecture: str
    network: nn.Module
    normalisation: Normalisation
    data: Mapping[str, str]
    recipe: Mapping[str, str | int | float | bool]
    recipe_name: str = ""
    lineage: Sequence[TrainingStep] = ()
    epochs: Sequence[Mapping[str, float]] = field(default_factory=list)


M = TypeVar("M", bound=VersionManifest)


@dataclass(frozen=True)
class Published(Generic[M]):
    """The version that was written. `objections` say why it did not become the current one; empty if it did.

    `comparisons` with the version that was in use before, one for each slice; empty if there was none.
    """

    manifest: M
    objections: list[str]
    comparisons: Sequence[Comparison] = ()


def calibrate(candidate: Candidate, validation: Mapping[str, LabelledImages]) -> Calibration:
    """Fit the calibration on validation digits, whose doubtful images are averaged over views as in serving.

    Which images are doubtful depends on the calibration, so a first fit on single-pass logits selects them.
    """
    compute_logits, parts = make_compute_logits(candidate.network, candidate.normalisation), validation.values()
    labels = [torch.from_numpy(part.labels) for part in parts]
    once = [compute_logits(part.images) for part in parts]
    first = fit_calibration([torch.from_numpy(logits) for logits in once], labels)
    twice = [
        average_doubtful_views(compute_logits, part.images, logits, first)
        for part, logits in zip(parts, once, strict=True)
    ]
    return fit_calibration([torch.from_numpy(logits) for logits in twice], labels)


def publish(
    candidate: Candidate,
    calibration: Calibration,
    test: Sequence[PreparedSlice],
    models_dir: Path,
    distributions: ValidationCounts,
) -> Published[Manifest]:
    """Measure the candidate on the test slices, write it, and make it the current version if the gate allows.

    `distributions` count its validation data, so that drift can be reported.

    The files are written last, so a process that is killed before leaves nothing. ModelVersionError if the exported
    graph answers differently from the network.
    """
    network = candidate.network
    compute_logits = make_compute_logits(network, candidate.normalisation)
    once = {part.name: compute_logits(part.images) for part in test}
    graph = export_graph(network, candidate.normalisation)
    for part in test:
        check_graph(graph, once[part.name], part.images, calibration)
    logits = {
        part.name: average_doubtful_views(compute_logits, part.images, once[part.name], calibration) for part in test
    }
    right = {part.name: find_right(logits[part.name], part, calibration) for part in test}
    current = find_current(models_dir, candidate.name)
    comparisons = compare(current, right, test, models_dir) if current else []
    objections = find_objections(current, comparisons) if current else []
    metrics = {part.name: measure(logits[part.name], part.labels, part.readable, calibration) for part in test}
    manifest = build_manifest(Manifest, candidate, calibration, metrics, objections, models_dir)
    manifest = manifest.model_copy(update={"distributions": distributions})
    manifest = write_model_version(models_dir, manifest, network, graph)
    objections = promote_or_hold_back(models_dir, manifest, current.version if current else None)
    return Published(manifest, objections, comparisons)


def promote_or_hold_back(models_dir: Path, manifest: VersionManifest, compared_with: str | None) -> list[str]:
    """Make the written version the current one if the gate has no objections, and return these.

    If a curator has put another version in use than the one it was compared with, that is an objection too. The journal
    says what was done.
    """
    name, version, objections = manifest.name, manifest.version, list(manifest.objections)
    if not objections:
        try:
            promote(models_dir, name, version, who=GATE, why="No slice got worse.", instead_of=compared_with)
        except PromotionError as error:
            objections.append(str(error).removesuffix("."))
    if objections:
        append_event(models_dir, name, "held_back", version=version, who=GATE, why="; ".join(objections))
    return objections


def build_manifest(
    kind: Callable[..., M],
    candidate: Candidate,
    calibration: Calibration | ReaderCalibration,
    metrics: Mapping[str, Mapping[str, float]],
    objections: Sequence[str],
    models_dir: Path,
    libraries: Sequence[str] = LIBRARIES,
) -> M:
    """Return the manifest with the next free version number of today. `kind` is its class."""
    now = datetime.now(UTC)
    return kind(
        name=candidate.name,
        version=next_version(models_dir, candidate.name, now),
        created_at=now.replace(microsecond=0),
        architecture=candidate.architecture,
        parameters=count_parameters(candidate.network),
        normalisation=candidate.normalisation,
        calibration=calibration,
        data=dict(candidate.data),
        recipe=dict(candidate.recipe),
        recipe_name=candidate.recipe_name,
        lineage=list(candidate.lineage),
        metrics={name: dict(part) for name, part in metrics.items()},
        objections=list(objections),
        libraries={"python": platform.python_version(), **{name: version(name) for name in libraries}},
        # JSON has no "not a number", which a metric is until its first value
        epochs=[{name: value for name, value in epoch.items() if isfinite(value)} for epoch in candidate.epochs],
    )


def print_report(published: Published[M], *details: object) -> None:
    """Print the details, the metrics of every slice, and whether the version is now the current one."""
    manifest = published.manifest
    print(f"published {manifest.reference}")
    for detail in details:
        print(f"  {detail}")
    for name, metrics in manifest.metrics.items():
        print(f"  {name}: " + ", ".join(f"{metric} {value:.4f}" for metric, value in metrics.items()))
    if published.objections:
        print("It did not become the current version. " + "; ".join(published.objections))
    else:
        print("It is the current version now.")
