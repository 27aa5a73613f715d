"""The gate: a new version becomes the current one only if no slice got worse by more than noise.

docs/decisions/0010-publishing-gate.md explains the rule.
"""

import logging
from collections.abc import Mapping, Sequence
from math import sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.recognition.augmented_views import compute_augmented_logits
from shared.recognition.calibration import Calibration, Logits
from shared.recognition.model_version import CURRENT, find_manifest
from shared.recognition.weights import load_network
from training.data.labelled_images import NOT_A_DIGIT
from training.data.slices import PreparedSlice
from training.evaluation.measures import make_compute_logits

log = logging.getLogger(__name__)

NOISE = 2.0  # standard deviations

Verdicts = NDArray[np.bool_]  # (N,): whether each example of a slice is right


def find_right(logits: Logits, part: PreparedSlice, calibration: Calibration) -> Verdicts:
    """logits (N, 10) → (N,). A digit is right if it is read correctly and accepted, anything else if it is rejected."""
    rejected = (calibration.digit_scores(logits) < calibration.digit_score_threshold) | ~part.readable
    read = (logits.argmax(axis=1) == part.labels) & ~rejected
    return np.asarray(np.where(part.labels == NOT_A_DIGIT, rejected, read), np.bool_)


def find_objections(
    name: str, right: Mapping[str, Verdicts], test: Sequence[PreparedSlice], models_dir: Path
) -> list[str]:
    """Compare with the current version. Return one phrase per slice that got worse or was not measured.

    ModelVersionError if the current version cannot be loaded.
    """
    if not (models_dir / name / CURRENT).exists():
        log.info("there is no current version of %s to compare with", name)
        return []
    current = find_manifest(models_dir, name)
    compute_logits = make_compute_logits(load_network(models_dir, current), current.normalisation)
    unmeasured = sorted(current.metrics.keys() - right.keys())
    objections = [f"{part}: measured for {current.reference}, but not now" for part in unmeasured]
    for part in test:
        before = find_right(
            compute_augmented_logits(compute_logits, part.images, current.calibration), part, current.calibration
        )
        if is_worse(right[part.name], before):
            change = 100 * (right[part.name].mean() - before.mean())
            objections.append(f"{part.name}: {change:+.2f} points against {current.reference}")
    return objections


def is_worse(candidate: Verdicts, current: Verdicts) -> bool:
    """Return whether the candidate lost more examples than it won, by more than noise. McNemar 1947."""
    lost, won = int((current & ~candidate).sum()), int((candidate & ~current).sum())
    return lost - won > NOISE * sqrt(lost + won)
