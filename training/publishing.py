"""A trained network → a model version: calibrated on validation data, measured on every slice, written, let through.

`current` moves only if the gate holds: on no slice is the new version worse than the one in use by more than noise.
"""

import logging
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from math import isfinite, sqrt
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from shared.recognition.architectures import count_parameters
from shared.recognition.augmented_views import average_doubtful_views, compute_augmented_logits
from shared.recognition.calibration import Calibration
from shared.recognition.model_version import (
    CURRENT,
    Manifest,
    find_manifest,
    next_version,
    set_current,
)
from shared.recognition.normalisation import Normalisation
from shared.recognition.weights import load_network
from training.calibration import fit_calibration
from training.datasets.labelled_images import NOT_A_DIGIT, LabelledImages
from training.evaluation.measures import make_look, measure
from training.evaluation.slices import PreparedSlice
from training.graph import check_graph, export_graph
from training.model_folder import write_model_version

log = logging.getLogger(__name__)

NOISE = 2.0  # standard deviations, docs/decisions/0010


@dataclass(frozen=True)
class Candidate:
    """What is to be published: `data` names what it was trained on, each with its hash; `history` as history.py's."""

    name: str
    architecture: str
    network: nn.Module
    normalisation: Normalisation
    data: Mapping[str, str]
    recipe: Mapping[str, str | int | float | bool]
    history: Sequence[Mapping[str, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Published:
    """The version that was written, and why it did not become the current one, slice by slice; empty where it did."""

    manifest: Manifest
    objections: list[str]


def print_report(published: Published) -> None:
    """What was published, slice by slice, and whether it is in use now."""
    manifest = published.manifest
    print(f"published {manifest.reference}")
    for name, metrics in manifest.metrics.items():
        print(f"  {name}: " + ", ".join(f"{metric} {value:.4f}" for metric, value in metrics.items()))
    if published.objections:
        print("not made the current version; because of " + "; ".join(published.objections))


def calibrate(candidate: Candidate, validation: Mapping[str, LabelledImages]) -> Calibration:
    """On digits alone, looked at twice as when the version serves: which are doubtful, a fit to one look says."""
    look, parts = make_look(candidate.network, candidate.normalisation), validation.values()
    labels = [torch.from_numpy(part.labels) for part in parts]
    once = [look(part.images) for part in parts]
    first = fit_calibration([torch.from_numpy(logits) for logits in once], labels)
    twice = [average_doubtful_views(look, part.images, logits, first) for part, logits in zip(parts, once, strict=True)]
    return fit_calibration([torch.from_numpy(logits) for logits in twice], labels)


def publish(
    candidate: Candidate, calibration: Calibration, test: Sequence[PreparedSlice], models_dir: Path
) -> Published:
    """Touches the test slices, once for the candidate and once for the version in use.

    The version is written when all is known of it, so that what is stopped before leaves nothing.
    """
    network, normalisation = candidate.network, candidate.normalisation
    look = make_look(network, normalisation)
    once = {part.name: look(part.images) for part in test}
    graph = export_graph(network, normalisation)
    for part in test:
        check_graph(graph, once[part.name], part.images, calibration)
    logits = {
        part.name: torch.from_numpy(average_doubtful_views(look, part.images, once[part.name], calibration))
        for part in test
    }
    right = {part.name: judge(logits[part.name], part, calibration) for part in test}
    objections = compare_with_current(candidate.name, right, test, models_dir)
    now = datetime.now(UTC)
    manifest = Manifest(
        name=candidate.name,
        version=next_version(models_dir, candidate.name, now),
        created_at=now.replace(microsecond=0),
        architecture=candidate.architecture,
        parameters=count_parameters(network),
        normalisation=normalisation,
        calibration=calibration,
        data=dict(candidate.data),
        recipe=dict(candidate.recipe),
        metrics={part.name: measure(logits[part.name], part.labels, part.readable, calibration) for part in test},
        libraries={"python": platform.python_version(), **{name: version(name) for name in ("torch", "onnx", "numpy")}},
        history=[{name: value for name, value in epoch.items() if isfinite(value)} for epoch in candidate.history],
    )
    write_model_version(models_dir, manifest, network, graph)
    if not objections:
        set_current(models_dir, manifest.name, manifest.version)
    return Published(manifest, objections)


def compare_with_current(
    name: str, right: Mapping[str, NDArray[np.bool_]], test: Sequence[PreparedSlice], models_dir: Path
) -> list[str]:
    """One sentence for each slice on which the new version is worse, or which was left out; none where none is in use.

    ModelVersionError where there is a version in use and it can't be loaded.
    """
    if not (models_dir / name / CURRENT).exists():
        log.info("there is no version of %s to compare with", name)
        return []
    current = find_manifest(models_dir, name)
    look = make_look(load_network(models_dir, current), current.normalisation)
    left_out = sorted(current.metrics.keys() - right.keys())
    objections = [f"{part}: measured for {current.reference} and not now" for part in left_out]
    for part in test:
        logits = compute_augmented_logits(look, part.images, current.calibration)
        before = judge(torch.from_numpy(logits), part, current.calibration)
        if is_worse(right[part.name], before):
            change = 100 * (right[part.name].mean() - before.mean())
            objections.append(f"{part.name}: {change:+.2f} points against {current.reference}")
    return objections


def judge(logits: Tensor, part: PreparedSlice, calibration: Calibration) -> NDArray[np.bool_]:
    """logits (N, 10) → (N,): a digit is right when it is read as what it is and kept, anything else when refused."""
    refused = calibration.digit_scores(logits.numpy()) < calibration.digit_score_threshold
    read = (logits.argmax(dim=1).numpy() == part.labels) & part.readable & ~refused
    return np.asarray(np.where(part.labels == NOT_A_DIGIT, refused | ~part.readable, read), np.bool_)


def is_worse(candidate: NDArray[np.bool_], current: NDArray[np.bool_]) -> bool:
    """Both (N,), right or wrong on the same examples: only those that one alone gets right tell. McNemar 1947."""
    lost, won = int((current & ~candidate).sum()), int((candidate & ~current).sum())
    return lost - won > NOISE * sqrt(lost + won)
