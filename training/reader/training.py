"""Trains a reader by its recipe and publishes it: from files of handwriting to the gate.

`python -m training.train --recipe reader` calls `train_reader`.
"""

from pathlib import Path

from torch import nn

from shared.recognition.architectures import build_network
from shared.recognition.model_version import TrainingStep, find_any_manifest
from shared.recognition.weights import load_network
from training.data.writing_data import load_writing_data
from training.learning.step_folder import StepFolder
from training.learning.teacher import pin_versions
from training.options import TrainingOptions
from training.publishing.lineage import describe_lineage
from training.reader.fitting import count_workers, fit_reader
from training.reader.measured_pages import Slices, compose_slices
from training.reader.publishing import make_candidate, print_reader_report, publish_reader
from training.recipes.reader_recipe import ReaderRecipe, ReaderSettings
from training.reporting.epoch_log import read_epochs
from training.reporting.tracking import Tracker
from training.run_folder import RunFolder

VALIDATION_SEED, TEST_SEED = 1, 2  # of the measured pages


def train_reader(
    recipe: ReaderRecipe, run: RunFolder, options: TrainingOptions, tracker: Tracker, publish: bool
) -> None:
    """Train, and publish if `publish`; otherwise no test data are touched. TrainingError or ModelVersionError."""
    step = run.step(1)
    known = run.read_versions()
    settings = pin_versions(recipe.settings, options.models_dir, known)
    run.write_versions(known)
    network = train_step(settings, step, options, tracker)
    if not publish:
        run.finished.write_text("not published")
        return
    data = step.read_settings()["data"]
    itself = TrainingStep(trained=recipe.name, settings=settings.describe(), data=data)
    candidate = make_candidate(
        network=network,
        data=data,
        recipe=itself.settings,
        recipe_name=recipe.name,
        lineage=describe_lineage([itself], options.models_dir),
        epochs=read_epochs(step.epochs),
    )
    published = publish_reader(candidate, *compose_measured_slices(options), options.models_dir)
    run.finished.write_text(f"published as {published.manifest.reference}")
    print_reader_report(published)


def train_step(settings: ReaderSettings, step: StepFolder, options: TrainingOptions, tracker: Tracker) -> nn.Module:
    """Return the trained network, or the saved one if the step is finished. RunError if the recipe was changed."""
    if step.is_finished():
        step.check(settings)
        return step.load_into(build_network("reader"))
    start = load_start(settings.start_from, options.models_dir)
    return fit_reader(settings, step, load_writing_data("train", options), tracker, count_workers(), start)


def load_start(reference: str | None, models_dir: Path) -> nn.Module | None:
    """Return the network to start from; None if the weights begin at random. ModelVersionError if it is missing."""
    return None if reference is None else load_network(models_dir, find_any_manifest(models_dir, reference))


def compose_measured_slices(options: TrainingOptions) -> tuple[Slices, Slices]:
    """Return composed validation and test pages, of other digits and writers than those that were trained on."""
    validation, test = (load_writing_data(split, options).make_hands() for split in ("validation", "test"))
    return compose_slices(validation, VALIDATION_SEED), compose_slices(test, TEST_SEED)
