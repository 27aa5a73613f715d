"""The gate: a new version becomes the current one only if no slice got worse by more than noise.

docs/decisions/0010-publishing-gate.md explains the rule.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from shared.recognition.augmented_views import compute_augmented_logits
from shared.recognition.calibration import Calibration, Logits
from shared.recognition.model_version import CURRENT, Manifest, find_manifest
from shared.recognition.weights import load_network
from training.data.labelled_images import NOT_A_DIGIT
from training.data.slices import PreparedSlice
from training.evaluation.measures import make_compute_logits
from training.evaluation.paired import Comparison, Verdicts

log = logging.getLogger(__name__)


def find_right(logits: Logits, part: PreparedSlice, calibration: Calibration) -> Verdicts:
    """logits (N, 10) → (N,). A digit is right if it is read correctly and accepted, anything else if it is rejected."""
    rejected = (calibration.digit_scores(logits) < calibration.digit_score_threshold) | ~part.readable
    read = (logits.argmax(axis=1) == part.labels) & ~rejected
    return np.asarray(np.where(part.labels == NOT_A_DIGIT, rejected, read), np.bool_)


def find_current(models_dir: Path, name: str) -> Manifest | None:
    """Return the manifest of the version in use, or None if there is none. ModelVersionError if it is broken."""
    if not (models_dir / name / CURRENT).exists():
        log.info("there is no current version of %s to compare with", name)
        return None
    return find_manifest(models_dir, name)


def compare(
    current: Manifest, right: Mapping[str, Verdicts], parts: Sequence[PreparedSlice], models_dir: Path
) -> list[Comparison]:
    """Let the current version read the same examples. `right`: slice → what the candidate reads rightly.

    ModelVersionError if the current version cannot be loaded.
    """
    compute_logits = make_compute_logits(load_network(models_dir, current), current.normalisation)
    calibration = current.calibration
    comparisons = []
    for part in parts:
        logits = compute_augmented_logits(compute_logits, part.images, calibration)
        comparisons.append(Comparison(part.name, find_right(logits, part, calibration), right[part.name]))
    return comparisons


def find_objections(current: Manifest, comparisons: Sequence[Comparison]) -> list[str]:
    """Return one phrase for each slice that got worse, or that was measured for the current version and not now."""
    unmeasured = sorted(current.metrics.keys() - {part.name for part in comparisons})
    objections = [f"{part}: measured for {current.reference}, but not now" for part in unmeasured]
    return objections + [
        f"{part.name}: {100 * part.difference:+.2f} points against {current.reference}"
        for part in comparisons
        if part.change == "worse"
    ]
