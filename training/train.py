"""Trains a network and publishes it as a model version: the whole recipe, top to bottom.

`python -m training.train --help`. Validation data stop it, fit the temperature and the digit score;
test data are touched once, after that, when the version is published.
"""

import sys
from pathlib import Path

import numpy as np

from shared.recognition.augmented_views import compute_augmented_logits
from shared.recognition.normalisation import Normalisation
from training.command_line import run_command
from training.data_module import load_data
from training.datasets.labelled_images import NOT_A_DIGIT
from training.evaluation.measures import make_look
from training.fitting import RunError, check_run, fit, open_run
from training.history import read_history
from training.mixture import load_test
from training.options import Options
from training.plots import plot_run
from training.publishing import Candidate, calibrate, print_report, publish
from training.teacher import pin_versions


def train(options: Options) -> Path | None:
    """The folder of the run, None in all processes but the first.

    DataUnavailableError, RunError or ModelVersionError with a sentence.
    """
    options = pin_versions(options)
    check_run(options)
    data = load_data(options)
    hashes = data.training.hashes()
    run = open_run(options, hashes)
    task = fit(options, run, data)
    if task.global_rank > 0:
        return None

    history = read_history(run.history)
    candidate = Candidate(
        options.model, options.model, task.network, Normalisation(), hashes, options.recipe(), history
    )
    pictured, part = next(iter(data.validation.values())), "validation"
    calibration = calibrate(candidate, data.validation)
    if options.publish:
        test = load_test(options)
        published = publish(candidate, calibration, test, options.models_dir)
        digits = next((each for each in test if (each.labels != NOT_A_DIGIT).all()), None)
        if digits:
            pictured, part = digits.read(), "test"
        run.published.write_text(published.manifest.reference)
        print_report(published)
    logits = compute_augmented_logits(make_look(task.network, Normalisation()), pictured.images, calibration)
    probabilities = calibration.probabilities(logits).astype(np.float32)
    plot_run(run.folder, history, pictured.images, pictured.labels, probabilities, part=part)
    return run.folder


def train_and_tell(options: Options) -> None:
    """One of the processes tells, where there are several."""
    if folder := train(options):
        print(f"curves, mistakes and test_predictions.png are in {folder}")


def main(arguments: list[str] | None = None) -> int:
    """`make train`."""
    return run_command(Options, train_and_tell, arguments, RunError)


if __name__ == "__main__":
    sys.exit(main())
