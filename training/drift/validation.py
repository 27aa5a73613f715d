"""Counts the validation data of a version: how it answers them, and how their ink looks. Drift is measured against it.

Only validation data are used, never test data. Some hundred examples of each slice are enough to compare with.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from shared.contracts.drift import Measure
from shared.recognition.augmented_views import ComputeLogits, compute_augmented_logits
from shared.recognition.calibration import Calibration
from shared.recognition.errors import DrawingError
from shared.recognition.ink_measures import measure_image, measure_ink
from shared.recognition.normalisation import SIDE, Images
from shared.recognition.preprocessing import Image, preprocess
from training.data.mixture import load_stored_validation, make_validation_slices
from training.data.slices import Slice, take_evenly
from training.drift.histograms import EDGES, Values, count, list_ink
from training.drift.reference import find_kind
from training.options import TrainingOptions
from training.recipes.recipe import Settings

ValidationCounts = dict[str, dict[str, list[int]]]  # kind of picture → measure → the count of each bin

MOST = 400  # examples of each slice; photographs take up to a third of a second each


@dataclass(frozen=True)
class MeasuredSlice:
    """images (N, 28, 28) uint8, and the measures of their ink (N,)."""

    images: Images
    ink: dict[Measure, Values]


def count_validation(
    compute_logits: ComputeLogits,
    calibration: Calibration,
    settings: Settings,
    options: TrainingOptions,
    most: int = MOST,
) -> ValidationCounts:
    """Return the counts for the manifest.

    `settings` name the datasets that the version was validated on. DataUnavailableError if one is missing.
    """
    total: ValidationCounts = {}
    for name, part in measure_slices(settings, options, most):
        known = total.setdefault(find_kind(name), {})
        for measure, values in (answer(compute_logits, calibration, part.images) | part.ink).items():
            counts = count(measure, values) + known.get(measure, 0)
            known[measure] = counts.tolist()
    return total


def answer(compute_logits: ComputeLogits, calibration: Calibration, images: Images) -> dict[Measure, Values]:
    """images (N, 28, 28) → the digits, confidences and digit scores (N,), as in serving."""
    logits = compute_augmented_logits(compute_logits, images, calibration)
    probabilities = calibration.probabilities(logits)
    return {
        "digit": probabilities.argmax(axis=1).astype(np.float64),
        "confidence": probabilities.max(axis=1),
        "digit_score": calibration.digit_scores(logits),
    }


def measure_slices(settings: Settings, options: TrainingOptions, most: int) -> Iterator[tuple[str, MeasuredSlice]]:
    """Yield the name of each validation slice, and at most `most` of its examples."""
    for name, stored in load_stored_validation(settings, options).items():
        if len(stored):
            yield name, measure_slice(take_evenly(Slice(name, stored.labels, stored.images.__getitem__), most))
    for part in make_validation_slices(settings, options):
        yield part.name, measure_slice(take_evenly(part, most))


def measure_slice(part: Slice) -> MeasuredSlice:
    """Prepare and measure every readable example, in one thread per core."""
    with ThreadPoolExecutor(os.cpu_count()) as executor:
        measured = executor.map(lambda index: measure_example(part.make(index)), range(len(part)))
        readable = [one for one in measured if one is not None]
    measures = {measure for _, ink in readable for measure in ink}
    return MeasuredSlice(
        np.array([image for image, _ in readable], np.uint8).reshape(-1, SIDE, SIDE),
        {measure: np.array([ink[measure] for _, ink in readable]) for measure in EDGES if measure in measures},
    )


def measure_example(example: bytes | Image) -> tuple[Image, dict[Measure, float]] | None:
    """Return the image and the measures of the ink, or None if the picture has no ink."""
    if not isinstance(example, bytes):
        return example, {"line_width": measure_image(example)}
    try:
        return preprocess(example), dict(list_ink(measure_ink(example)))
    except DrawingError:
        return None
