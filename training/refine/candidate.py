"""Fine-tunes the version in use on the labels that were selected. The result is a candidate, not yet measured."""

import time
from copy import deepcopy
from dataclasses import replace

from lightning.pytorch import Callback, LightningModule, Trainer

from shared.recognition.architectures import build_network
from shared.recognition.model_version import Manifest, TrainingStep
from shared.recognition.normalisation import Normalisation
from shared.recognition.weights import load_network
from training.data.labelled_images import LabelledImages
from training.data.mixture import load_training
from training.errors import RunError
from training.learning.data_module import TrainingData
from training.learning.fitting import fit, keep_share_of_start
from training.learning.step_folder import StepFolder
from training.learning.teacher import load_start, load_teacher
from training.publishing.lineage import describe_lineage
from training.publishing.version import Candidate
from training.recipes.recipe import DatasetName
from training.refine.learned import Learned
from training.refine.lesson import add_labels
from training.refine.options import Options
from training.refine.settings import RECIPE, choose_settings
from training.reporting.epoch_log import read_epochs

DRAWN_SHARE = 0.2  # of the pictures and pages that a training from nothing draws
HALF = 0.5


class TimeLimit(Callback):
    """Stops before an epoch when the time is over, after the checkpoint of the epoch before."""

    def __init__(self, minutes: float) -> None:
        self.minutes = minutes
        self.ends_at_s = time.monotonic() + 60 * minutes

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Lightning's hook. RunError when the time is over."""
        if trainer.current_epoch > 0 and time.monotonic() > self.ends_at_s:
            raise RunError(
                f"Training took longer than {self.minutes:g} minutes. The same command continues after the last "
                "finished epoch; --time-limit-min gives it more time."
            )


def fine_tune(
    current: Manifest,
    labels: LabelledImages,
    validation: dict[str, LabelledImages],
    replayed: tuple[DatasetName, ...],
    step: StepFolder,
    learned: Learned,
    options: Options,
) -> Candidate:
    """Return the network that also learned the labels. RunError or DataUnavailableError with what is wrong."""
    settings = choose_settings(current, replayed, options.seed)
    if step.is_finished():
        step.check(settings)
        network = step.load_into(build_network(settings.architecture))
    else:
        start = load_start(settings, options.models_dir)
        teacher = load_teacher(current.reference, options.models_dir)
        replay = load_training(settings.model_copy(update={"dataset": replayed}), options, teacher, DRAWN_SHARE)
        data = TrainingData(settings, add_labels(replay, labels, settings), validation, teacher)
        network = fit(settings, step, data, start, callbacks=[TimeLimit(options.time_limit_min)])
    described = TrainingStep(trained=RECIPE, settings=settings.describe(), data=step.read_settings()["data"])
    return Candidate(
        name=current.name,
        architecture=current.architecture,
        network=network,
        normalisation=Normalisation(),
        data=described.data,
        recipe=described.settings | learned,
        recipe_name=RECIPE,
        lineage=describe_lineage([described], options.models_dir),
        epochs=read_epochs(step.epochs),
    )


def go_half_way(candidate: Candidate, current: Manifest, options: Options) -> Candidate:
    """Return the candidate with the mean of its weights and those of the version that it was fine-tuned from."""
    network = deepcopy(candidate.network)
    keep_share_of_start(network, load_network(options.models_dir, current), HALF)
    return replace(candidate, network=network, recipe={**candidate.recipe, "start_share": HALF})
