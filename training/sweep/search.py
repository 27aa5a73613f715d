"""Runs the trials of a study: each is a short training with other settings, and publishes nothing.

The settings that the recipe sets are kept, and those in SPACE that it does not set are searched. The same command
continues a study. Several workers may run it at once, on several machines if the study is in PostgreSQL. Workers stop
when the study has the wanted number of trials; each other worker may have started one more by then.
"""

import json
import math
import shutil
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from lightning.pytorch import Callback, LightningModule, Trainer
from optuna import Study, Trial, TrialPruned
from optuna.exceptions import ExperimentalWarning
from pydantic import AliasChoices, Field
from pydantic_settings import SettingsConfigDict
from torch import nn

from training.errors import SweepError
from training.learning.data_module import TrainingData
from training.learning.fitting import fit
from training.learning.step_folder import StepFolder
from training.learning.teacher import pin_versions
from training.options import TrainingOptions
from training.recipes.recipe import Recipe, Settings
from training.reporting.epoch_log import read_epochs
from training.reporting.tracking import Tracker
from training.sweep.study import best_trials, count_begun, open_study

OBJECTIVE = "validation/loss"  # after few epochs it says more than the accuracy

# label_smoothing and not_digit_weight add to the loss that is compared, so their ranges stay near known good values.
SPACE: dict[str, Callable[[Trial, str], str | int | float]] = {
    "learning_rate": lambda trial, name: trial.suggest_float(name, 2e-4, 5e-2, log=True),
    "weight_decay": lambda trial, name: trial.suggest_float(name, 1e-4, 0.3, log=True),
    "optimizer": lambda trial, name: trial.suggest_categorical(name, ["sgd", "adamw", "muon"]),
    "batch": lambda trial, name: trial.suggest_categorical(name, [64, 128, 256]),
    "label_smoothing": lambda trial, name: trial.suggest_float(name, 0.0, 0.1),
    "not_digit_weight": lambda trial, name: trial.suggest_float(name, 0.1, 0.5, log=True),
}


class Options(TrainingOptions):
    """Try values for the settings that a recipe leaves open, and write the best ones as a new recipe."""

    model_config = SettingsConfigDict(cli_prog_name="python -m training.sweep")

    recipe: str = Field("mnist", description="name of a file in training/recipes, or a .toml file; one step only")
    epochs: int = Field(4, gt=0, description="epochs of one trial, enough to tell bad settings from good ones")
    trials: int = Field(20, gt=0, description="number of trials in total, including finished ones")
    study: str = Field("sweep", description="name of the study, and of its folder under results")
    storage: str | None = Field(
        None,
        validation_alias=AliasChoices("storage", "SWEEP_STORAGE"),
        description="sqlite:///file or postgresql://user:password@host/database; default: sweep.db under results",
    )
    tracker: Tracker = Field("tensorboard", description="experiment tracker; the default needs no account or server")


@dataclass(frozen=True)
class Plan:
    """`given`: the settings that the recipe sets. `searched`: the names of those that trials choose."""

    recipe: Recipe
    given: dict[str, Any]
    searched: list[str]

    @classmethod
    def of(cls, recipe: Recipe, models_dir: Path) -> Self:
        """Read the recipe's only step, with pinned versions. SweepError if it has several. ModelVersionError."""
        if len(recipe.steps) > 1:
            raise SweepError(
                f"The recipe {recipe.name} has {len(recipe.steps)} steps; a sweep needs a recipe with one."
            )
        step = pin_versions(recipe.steps[0], models_dir)
        given = {name: getattr(step, name) for name in sorted(step.model_fields_set)}
        return cls(recipe, given, [name for name in SPACE if name not in given])

    def settings(self, epochs: int, chosen: dict[str, Any] | None = None) -> Settings:
        """Return the settings of a trial."""
        return Settings.model_validate(self.given | {"epochs": epochs} | (chosen or {}))

    def fixed(self, epochs: int) -> dict[str, Any]:
        """Return what all trials of the study have in common."""
        return {name: value for name, value in self.settings(epochs).describe().items() if name not in self.searched}


class Report(Callback):
    """Reports each epoch to the study, and ends a trial that falls behind the others or diverges."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Lightning's hook, called after validation."""
        loss = float(trainer.callback_metrics[OBJECTIVE])
        self.trial.report(loss, trainer.current_epoch)
        if not math.isfinite(loss) or self.trial.should_prune():
            raise TrialPruned(f"{OBJECTIVE} is {loss:.4f} after epoch {trainer.current_epoch + 1}")


def run_sweep(
    options: Options, plan: Plan, data: TrainingData, start: nn.Module | None = None, **study_options: Any
) -> Study:
    """Run trials until the study has as many as wanted. SweepError if the study began with other fixed settings."""

    def objective(trial: Trial) -> float:
        chosen = {name: SPACE[name](trial, name) for name in plan.searched}
        step = StepFolder(options.results_dir / options.study / f"trial-{trial.number:04}")
        settings = plan.settings(options.epochs, chosen)
        return run_trial(settings, step, data, start, options.tracker, Report(trial))

    first = {name: Settings.model_fields[name].default for name in plan.searched}
    options.results_dir.mkdir(parents=True, exist_ok=True)
    url = options.storage or f"sqlite:///{options.results_dir / 'sweep.db'}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)  # Optuna's heartbeat, experimental since 2021
        seed = plan.settings(options.epochs).seed
        study = open_study(url, options.study, plan.fixed(options.epochs), first, seed, **study_options)
        while count_begun(study) < options.trials:
            study.optimize(objective, n_trials=1)
    return study


def run_trial(
    settings: Settings,
    step: StepFolder,
    data: TrainingData,
    start: nn.Module | None,
    tracker: Tracker,
    report: Report,
) -> float:
    """Return the lowest validation loss of the trial's epochs. TrialPruned. The weights are not kept."""
    if step.settings.exists():
        raise SweepError(f"{step.folder} belongs to another study: choose another --study.")
    own_data = TrainingData(settings, data.training, data.validation, data.teacher)
    try:
        fit(settings, step, own_data, start, tracker, [report])
    finally:
        shutil.rmtree(step.checkpoints, ignore_errors=True)
        step.weights.unlink(missing_ok=True)
    return min(epoch[OBJECTIVE] for epoch in read_epochs(step.epochs))


def write_best_recipe(study: Study, plan: Plan, folder: Path) -> Path | None:
    """Write the best trial's settings as a recipe, with the recipe's own number of epochs. None without a trial."""
    for best in best_trials(study, count=1):
        settings = {name: value for name, value in (plan.given | best.params).items() if name != "architecture"}
        lines = [f"# Trial {best.number} of the study {study.study_name}: validation loss {best.value:.4f}."]
        lines += [f'model = "{plan.recipe.model}"', f'architecture = "{plan.recipe.architecture}"', "", "[settings]"]
        lines += [f"{name} = {json.dumps(value)}" for name, value in settings.items() if value is not None]
        path = folder / f"{folder.name}-best.toml"  # runs and manifests bear the name of the file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n")
        return path
    return None
