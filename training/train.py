"""Trains a model by its recipe and publishes it as a model version: every step, from data to the gate.

`python -m training.train --recipe best`; `--help` lists the options. Validation data stop a step early and calibrate
the answers. Test data are used once, when the version is published.
"""

import sys
from pathlib import Path

import numpy as np
from pydantic import Field
from pydantic_settings import SettingsConfigDict
from torch import nn

from shared.recognition.architectures import build_network
from shared.recognition.augmented_views import compute_augmented_logits
from shared.recognition.calibration import Calibration
from shared.recognition.model_version import TrainingStep
from shared.recognition.normalisation import Normalisation
from training.command_line import run_command
from training.data.labelled_images import NOT_A_DIGIT, LabelledImages, Split
from training.data.mixture import load_test, load_validation
from training.drift.validation import count_validation
from training.errors import RunError
from training.evaluation.measures import make_compute_logits
from training.learning.data_module import load_data
from training.learning.fitting import fit
from training.learning.step_folder import StepFolder
from training.learning.teacher import load_start, pin_versions
from training.options import TrainingOptions
from training.publishing.lineage import describe_lineage, list_datasets
from training.publishing.version import Candidate, calibrate, print_report, publish
from training.reader.training import train_reader
from training.recipes.reader_recipe import ReaderRecipe, is_reader_recipe, read_reader_recipe
from training.recipes.recipe import Recipe, Settings, read_recipe
from training.reporting.epoch_log import read_epochs
from training.reporting.plots import plot_run
from training.reporting.tracking import Tracker
from training.run_folder import RunFolder, open_run

Validation = dict[str, LabelledImages]  # slice → digits


class Options(TrainingOptions):
    """Train a model by its recipe and publish it as a model version.

    The same command continues a run that was stopped.
    """

    model_config = SettingsConfigDict(cli_prog_name="python -m training.train")

    recipe: str = Field("mnist", description="name of a file in training/recipes, or the path of a .toml file")
    epochs: int | None = Field(None, gt=0, description="epochs of every step instead of the recipe's, for a quick try")
    run: str | None = Field(None, description="name of the folder under results; default: the recipe and a number")
    publish: bool = Field(True, description="--no-publish ends after the plots and does not touch test data")
    tracker: Tracker = Field("tensorboard", description="experiment tracker; the default needs no account or server")


def train(options: Options) -> None:
    """Train every step, plot what was learned, and publish. TrainingError or ModelVersionError with what is wrong."""
    overrides = {"epochs": options.epochs} if options.epochs else None
    is_reader = is_reader_recipe(options.recipe)
    recipe = (read_reader_recipe if is_reader else read_recipe)(options.recipe, overrides)
    run = open_run(options.results_dir, recipe.name, options.run)
    try:
        with run.lock():
            if isinstance(recipe, ReaderRecipe):
                train_reader(recipe, run, options, options.tracker, options.publish)
            else:
                train_steps(recipe, run, options)
    except KeyboardInterrupt as stop:
        raise RunError("Stopped. The same command continues where it was.") from stop


def train_steps(recipe: Recipe, run: RunFolder, options: Options) -> None:
    """Train the steps that are not finished, and publish. TrainingError or ModelVersionError."""
    all_settings = pin_steps(recipe, run, options.models_dir)
    start = load_start(all_settings[0], options.models_dir)
    steps: list[TrainingStep] = []
    validation: Validation | None = None
    for number, settings in enumerate(all_settings, start=1):
        step = run.step(number)
        network, validation = train_step(settings, step, start, options)
        start = network
        previous = steps[-1].trained if steps else None
        steps.append(describe_step(step, f"{recipe.name}, step {number}", settings, previous))

    last = run.step(len(recipe.steps))
    candidate = Candidate(
        name=recipe.model,
        architecture=recipe.architecture,
        network=network,
        normalisation=Normalisation(),
        data=steps[-1].data,
        recipe=steps[-1].settings,
        recipe_name=recipe.name,
        lineage=describe_lineage(steps, options.models_dir),
        epochs=read_epochs(last.epochs),
    )
    evaluate_and_publish(candidate, validation or load_validation(settings, options), recipe, run, options)


def pin_steps(recipe: Recipe, run: RunFolder, models_dir: Path) -> list[Settings]:
    """Return every step's settings with the versions that the run began with. ModelVersionError if one is missing."""
    known = run.read_versions() if run.step(1).settings.exists() else {}
    pinned = [pin_versions(step, models_dir, known) for step in recipe.steps]
    run.write_versions(known)
    return pinned


def train_step(
    settings: Settings, step: StepFolder, start: nn.Module | None, options: Options
) -> tuple[nn.Module, Validation | None]:
    """Return the trained network and its validation data, or the saved network and None if the step is finished.

    RunError if the recipe was changed since the step began.
    """
    if step.is_finished():
        step.check(settings)
        return step.load_into(build_network(settings.architecture)), None
    data = load_data(settings, options, start)
    return fit(settings, step, data, start, options.tracker), data.validation


def describe_step(step: StepFolder, name: str, settings: Settings, previous: str | None) -> TrainingStep:
    """Return what the manifest says about a finished step. `previous` names the step that it started from."""
    described = settings.describe() | ({"start_from": previous} if previous else {})
    return TrainingStep(trained=name, settings=described, data=step.read_settings()["data"])


def evaluate_and_publish(
    candidate: Candidate, validation: Validation, recipe: Recipe, run: RunFolder, options: Options
) -> None:
    """Calibrate, plot the test digits, and publish. Without publishing, plot the validation digits instead."""
    calibration = calibrate(candidate, validation)
    if not options.publish:
        plot_digits(candidate, calibration, next(iter(validation.values())), "validation", run)
        run.finished.write_text("not published")
        return
    test = load_test(recipe.datasets, options, list_datasets(candidate.lineage))
    digits = next((part for part in test if (part.labels != NOT_A_DIGIT).all()), None)
    if digits:
        plot_digits(candidate, calibration, digits.select_readable(), "test", run)
    compute_logits = make_compute_logits(candidate.network, candidate.normalisation)
    distributions = count_validation(compute_logits, calibration, recipe.steps[-1], options)
    published = publish(candidate, calibration, test, options.models_dir, distributions)
    run.finished.write_text(f"published as {published.manifest.reference}")
    print_report(published)


def plot_digits(
    candidate: Candidate, calibration: Calibration, digits: LabelledImages, split: Split, run: RunFolder
) -> None:
    """Draw all plots of the run into its folder."""
    compute_logits = make_compute_logits(candidate.network, candidate.normalisation)
    probabilities = calibration.probabilities(
        compute_augmented_logits(compute_logits, digits.images, calibration)
    ).astype(np.float32)
    plot_run(run.folder, candidate.epochs, digits.images, digits.labels, probabilities, part=split)
    print(f"Curves, mistakes and test_predictions.png are in {run.folder}.")


def main(arguments: list[str] | None = None) -> int:
    """Run `make train` and return its exit status."""
    return run_command(Options, train, arguments)


if __name__ == "__main__":
    sys.exit(main())
