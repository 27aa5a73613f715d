"""One refinement: from selected labels to a version that the gate let through, or to the reason why there is none.

Validation data are read before test data: a candidate that reads them worse than the version in use is not written at
all, so that test images are used once for each published version.
"""

import logging
from collections.abc import Sequence
from math import ceil

import numpy as np

from shared.recognition.calibration import Calibration
from shared.recognition.model_version import Manifest, find_manifest
from training.data.labelled_images import NOT_A_DIGIT
from training.data.mixture import load_test
from training.data.people_drawings import PeopleDrawings
from training.data.slices import PreparedSlice
from training.drift.validation import ValidationCounts, count_validation
from training.evaluation.measures import make_compute_logits
from training.evaluation.paired import Comparison
from training.publishing.lineage import list_datasets
from training.publishing.version import Candidate, calibrate, publish
from training.recipes.recipe import DatasetName, Settings
from training.refine.candidate import fine_tune, go_half_way
from training.refine.capping import Rows
from training.refine.learned import describe_learned
from training.refine.options import Options
from training.refine.outcome import Outcome, describe_published
from training.refine.replay import describe_missing, find_replayed
from training.refine.selection import Selection
from training.refine.settings import was_learned
from training.refine.validation import (
    LEFT_OUT,
    compare_on_validation,
    list_worse,
    load_validation_slices,
    only_accepts_more,
    select_digits,
)
from training.run_folder import RunFolder

log = logging.getLogger(__name__)

OWN_SLICE = "installation"  # drawings that people of this installation labelled, held out
OWN_OTHERS = "installation_not_digits"
MOST_HELD_OUT = 4000  # fewer than MNIST's validation digits, on which the temperature is fitted


def learn_and_publish(
    drawings: PeopleDrawings, selection: Selection, current: Manifest, run: RunFolder, options: Options
) -> Outcome:
    """Fine-tune, calibrate, measure and publish. TrainingError or ModelVersionError with what is wrong."""
    learned = describe_learned(drawings, selection)
    own = make_own_slices(drawings, selection.held_out)
    validation = [*load_validation_slices(options), *own]
    replayed = find_replayed(current, options)
    measured = [LEFT_OUT, *replayed, *(part.name for part in validation)]
    if missing := describe_missing(current, measured):
        print(missing)
    digits = select_digits(validation, was_learned(current, "pictures"))
    labels = drawings.select(selection.train)
    watched = {name: part for name, part in digits.items() if name in {"mnist", OWN_SLICE}}
    candidate = fine_tune(current, labels, watched, replayed, run.step(1), learned, options)

    in_use = find_manifest(options.models_dir, current.name)

    def measure(candidate: Candidate) -> tuple[Calibration, list[Comparison]]:
        calibration = calibrate(candidate, digits)
        return calibration, compare_on_validation(candidate, calibration, in_use, validation, options.models_dir)

    calibration, compared = measure(candidate)
    if only_accepts_more(compared, validation):
        log.info("%s: half of the way is tried", "; ".join(list_worse(compared)))
        candidate = go_half_way(candidate, current, options)
        calibration, compared = measure(candidate)
    if worse := list_worse(compared):
        message = f"Not published, because validation data are read worse: {'; '.join(worse)}."
        return Outcome("held_back", message, comparisons=compared, details=dict(learned))
    log.info("measuring on test data")
    test = [*load_test(replayed, options, list_datasets(candidate.lineage)), *own]
    distributions = count_repeated(candidate, calibration, replayed, options)
    return describe_published(publish(candidate, calibration, test, options.models_dir, distributions), learned)


def count_repeated(
    candidate: Candidate, calibration: Calibration, replayed: Sequence[DatasetName], options: Options
) -> ValidationCounts:
    """Count the validation data of what was repeated, for drift. The drawings of people are what drift compares."""
    compute_logits = make_compute_logits(candidate.network, candidate.normalisation)
    settings = Settings(dataset=tuple(replayed), pictures=bool(candidate.recipe["pictures"]))
    return count_validation(compute_logits, calibration, settings, options)


def make_own_slices(drawings: PeopleDrawings, held_out: Rows) -> list[PreparedSlice]:
    """Return the held-out drawings as slices: the digits, and what is none, as far as there are any."""
    held_out = held_out[:: max(1, ceil(len(held_out) / MOST_HELD_OUT))]
    is_digit = drawings.labels[held_out] != NOT_A_DIGIT
    parts = {OWN_SLICE: held_out[is_digit], OWN_OTHERS: held_out[~is_digit]}
    return [
        PreparedSlice(name, drawings.images[rows], drawings.labels[rows], np.ones(len(rows), bool))
        for name, rows in parts.items()
        if len(rows)
    ]
