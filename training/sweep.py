"""Searches the options of a training for the lowest validation loss: a study of short runs that publish nothing.

`python -m training.sweep --trials 40 --study first`, with any option of training.train, which is then not searched.
Start it again to go on, and several times at once for several workers, which with a study in PostgreSQL may be on
several machines. They stop at that many trials; as many more may have been begun as there are other workers.
"""

import math
import shlex
import shutil
import sys
import warnings
from collections.abc import Callable
from typing import Any, Literal

from lightning.pytorch import Callback, LightningModule, Trainer
from optuna import Study, Trial, TrialPruned
from optuna.exceptions import ExperimentalWarning
from optuna.trial import FrozenTrial
from pydantic import AliasChoices, Field
from pydantic_settings import CliSuppress, SettingsConfigDict

from training.command_line import run_command
from training.data_module import TrainingData, load_data
from training.fitting import RunError, check_start, fit, open_run
from training.history import read_history
from training.options import Options
from training.study import SweepError, best_trials, count_begun, describe, open_study, plot_study
from training.teacher import pin_versions

OBJECTIVE = "validation/loss"  # of few epochs it tells more than the accuracy

# Smoothing and the weight of what is no digit cost a digit's loss something, whatever else they are good for: their
# ranges keep them near what is known to be good.
SPACE: dict[str, Callable[[Trial, str], str | int | float]] = {
    "learning_rate": lambda trial, name: trial.suggest_float(name, 2e-4, 5e-2, log=True),
    "weight_decay": lambda trial, name: trial.suggest_float(name, 1e-4, 0.3, log=True),
    "optimizer": lambda trial, name: trial.suggest_categorical(name, ["sgd", "adam", "adamw", "muon"]),
    "schedule": lambda trial, name: trial.suggest_categorical(name, ["one_cycle", "cosine", "constant"]),
    "batch": lambda trial, name: trial.suggest_categorical(name, [64, 128, 256]),
    "label_smoothing": lambda trial, name: trial.suggest_float(name, 0.0, 0.1),
    "not_digit_weight": lambda trial, name: trial.suggest_float(name, 0.1, 0.5, log=True),
}


class SweepOptions(Options):
    """Search the options of a training. Those that are given are not searched."""

    model_config = SettingsConfigDict(cli_prog_name="python -m training.sweep")

    trials: int = Field(20, gt=0, description="how many the study shall have in all, with those that it has already")
    study: str = Field("sweep", description="its name, and its folder under results")
    storage: str | None = Field(
        None,
        validation_alias=AliasChoices("storage", "SWEEP_STORAGE"),
        description="sqlite:///file or postgresql://user:password@host/database; sweep.db under results where absent",
    )
    epochs: int = Field(4, gt=0, description="of one trial; enough to tell bad from good")

    run: CliSuppress[None] = None
    resume: CliSuppress[Literal[False]] = False
    publish: CliSuppress[Literal[False]] = False
    devices: CliSuppress[Literal[1]] = 1
    start_share: CliSuppress[float] = 0.0  # the objective is measured before it

    @property
    def searched(self) -> list[str]:
        """What is in the space and was not given."""
        return [name for name in SPACE if name not in self.model_fields_set]

    def fixed(self) -> dict[str, Any]:
        """What every trial of the study has in common."""
        own = {"trials", "study", "storage"}
        return {name: value for name, value in self.recipe().items() if name not in {*self.searched, *own}}

    def of_trial(self, number: int, chosen: dict[str, Any]) -> Options:
        """The options of one run."""
        values = {name: getattr(self, name) for name in Options.model_fields}
        return Options.model_construct(**values | chosen | {"run": f"{self.study}/trial-{number:04}"})


class Report(Callback):
    """Tells the study what an epoch reached, and ends a trial that is behind the others or has no loss at all."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Validation has run by then."""
        loss = float(trainer.callback_metrics[OBJECTIVE])
        self.trial.report(loss, trainer.current_epoch)
        if not math.isfinite(loss) or self.trial.should_prune():
            raise TrialPruned(f"{OBJECTIVE} is {loss:.4f} after epoch {trainer.current_epoch + 1}")


def run_sweep(options: SweepOptions, data: TrainingData, **study_options: Any) -> Study:
    """Trials until the study has as many as asked. SweepError where it was begun with other options."""

    def objective(trial: Trial) -> float:
        chosen = {name: SPACE[name](trial, name) for name in options.searched}
        return run_trial(options.of_trial(trial.number, chosen), data, Report(trial))

    first = {name: Options.model_fields[name].default for name in options.searched}
    options.results_dir.mkdir(parents=True, exist_ok=True)
    url = options.storage or f"sqlite:///{options.results_dir / 'sweep.db'}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)  # the heartbeat, since 2021
        study = open_study(url, options.study, options.fixed(), first, options.seed, **study_options)
        while count_begun(study) < options.trials:
            study.optimize(objective, n_trials=1)
    return study


def run_trial(options: Options, data: TrainingData, report: Report) -> float:
    """The lowest validation loss of its epochs. TrialPruned. The weights are not kept."""
    try:
        run = open_run(options)
    except RunError as error:
        raise SweepError(
            f"{options.results_dir / str(options.run)} is of another study: choose another --study."
        ) from error
    try:
        fit(options, run, TrainingData(options, data.training, data.validation, data.teacher), [report])
    finally:
        shutil.rmtree(run.checkpoints, ignore_errors=True)
    return min(epoch[OBJECTIVE] for epoch in read_history(run.history))


def command_of(options: SweepOptions, trial: FrozenTrial) -> str:
    """What trains with the options of that trial; over as many epochs as a training has unless it is told."""
    not_for_training = {"trials", "study", "storage", "epochs", "results_dir", "storage_token", "tracker"}
    given = {name: getattr(options, name) for name in sorted(options.model_fields_set - not_for_training)}
    words = ["python", "-m", "training.train"]
    for name, value in (given | trial.params).items():
        words += [f"--{name.replace('_', '-')}", ",".join(value) if isinstance(value, list) else str(value)]
    return shlex.join(words)


def announce(options: SweepOptions, study: Study) -> None:
    """Prints what was found, and draws it."""
    print(describe(study))
    pictures = plot_study(study, options.results_dir / options.study)
    for best in best_trials(study, count=1):
        print(f"The best is trained by\n  {command_of(options, best)}")
        print(f"{', '.join(path.name for path in pictures)} are in {options.results_dir / options.study}")


def sweep(options: SweepOptions) -> None:
    """One worker."""
    pinned = pin_versions(options)
    check_start(pinned)
    announce(pinned, run_sweep(pinned, load_data(pinned)))


def main(arguments: list[str] | None = None) -> int:
    """Its exit status."""
    return run_command(SweepOptions, sweep, arguments, SweepError, RunError)


if __name__ == "__main__":
    sys.exit(main())
