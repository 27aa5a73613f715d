"""Measures a candidate on validation data before it may see test data, and selects the digits to calibrate it on.

A candidate that reads validation data worse than the version in use is not published at all, so that test images are
not used for it.
"""

from collections.abc import Sequence
from pathlib import Path

from shared.recognition.augmented_views import compute_augmented_logits
from shared.recognition.calibration import Calibration
from shared.recognition.model_version import Manifest
from training.data.labelled_images import NOT_A_DIGIT, LabelledImages
from training.data.slices import PreparedSlice, make_slices, prepare, take_evenly
from training.evaluation.measures import make_compute_logits
from training.evaluation.paired import Comparison
from training.options import DataOptions
from training.publishing.gate import compare, find_right
from training.publishing.version import Candidate

SEED = 2  # that of test data is 1; the shapes of `not_digits` would be the same
LEFT_OUT = "mnist_pictures"  # the same digits as mnist, only larger
PICTURES = ("uploads", "photographs")
MOST_PICTURES = 2000  # of a slice; drawing one takes a sixtieth of a second


def load_validation_slices(options: DataOptions) -> list[PreparedSlice]:
    """Return the slices of validation data that can be made here. DataUnavailableError if data are missing."""
    slices = make_slices("validation", options.data_dir, options.pen_digits, options.pen_letters, SEED)
    return [
        prepare(take_evenly(part, MOST_PICTURES) if part.name.startswith(PICTURES) else part)
        for part in slices
        if part.name != LEFT_OUT
    ]


def select_digits(slices: Sequence[PreparedSlice], pictures: bool) -> dict[str, LabelledImages]:
    """Return the digits on which a version is calibrated. `pictures`: also uploads and photographs."""
    return {
        part.name: part.select_readable()
        for part in slices
        if (part.labels != NOT_A_DIGIT).all() and (pictures or not part.name.startswith(PICTURES))
    }


def compare_on_validation(
    candidate: Candidate,
    calibration: Calibration,
    current: Manifest,
    slices: Sequence[PreparedSlice],
    models_dir: Path,
) -> list[Comparison]:
    """Compare the candidate with the version in use on validation slices."""
    compute_logits = make_compute_logits(candidate.network, candidate.normalisation)
    right = {
        part.name: find_right(compute_augmented_logits(compute_logits, part.images, calibration), part, calibration)
        for part in slices
    }
    return compare(current, right, slices, models_dir)


def list_worse(comparisons: Sequence[Comparison]) -> list[str]:
    """Return one phrase for each slice that got worse."""
    return [f"{part.name} {100 * part.difference:+.2f} points" for part in comparisons if part.change == "worse"]


def only_accepts_more(comparisons: Sequence[Comparison], slices: Sequence[PreparedSlice]) -> bool:
    """Return whether slices of what is no digit got worse, and no slice of digits did.

    Whoever teaches wrong digits makes digits worse, so a poisoned candidate gets no second try.
    """
    no_digits = {part.name for part in slices if (part.labels == NOT_A_DIGIT).all()}
    worse = {part.name for part in comparisons if part.change == "worse"}
    return bool(worse) and worse <= no_digits
