"""An Optuna study in a database, which any number of workers open at once; and what it found, as a table and pictures.

A worker that dies leaves a trial without a heartbeat: the next trial that anyone begins fails it and queues it again.
"""

import logging
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import optuna
from optuna import Study
from optuna.exceptions import ExperimentalWarning
from optuna.pruners import MedianPruner
from optuna.samplers import PartialFixedSampler, TPESampler
from optuna.storages import RDBStorage, RetryHeartbeatStaleTrialCallback
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy import NullPool
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

log = logging.getLogger(__name__)

HEARTBEAT_S = 30
RETRIES = 2  # a trial that kills its worker each time is given up
TRIALS_BEFORE_PRUNING = 5
EPOCHS_BEFORE_PRUNING = 1  # the rate of one_cycle is still rising
TRIALS_FOR_IMPORTANCE = 10
LOSS = "validation loss"  # what the pictures call the objective
DONE = (TrialState.COMPLETE, TrialState.PRUNED)


class SweepError(Exception):
    """A sweep that can't begin; the message says why."""


class SamplerByTrial(TPESampler):
    """Draws trial n from seed, n and the trials before it alone, whichever worker does it; trial 0 is `first`.

    Tree-structured Parzen estimator: Bergstra et al. 2011.
    """

    def __init__(self, first: dict[str, Any], seed: int, number: int = 0) -> None:
        super().__init__(seed=seed + number, multivariate=True)
        self.first, self.seed = first, seed

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        """See BaseSampler."""
        sampler = SamplerByTrial(self.first, self.seed, trial.number)
        study.sampler = sampler if trial.number else PartialFixedSampler(self.first, sampler)


def open_study(
    url: str, name: str, fixed: dict[str, Any], first: dict[str, Any], seed: int, heartbeat_s: int = HEARTBEAT_S
) -> Study:
    """The study of that name, new or not. SweepError where it was begun with other `fixed` options."""
    study = optuna.create_study(
        storage=open_storage(with_driver(url), heartbeat_s),
        study_name=name,
        load_if_exists=True,
        sampler=SamplerByTrial(first, seed),
        pruner=MedianPruner(TRIALS_BEFORE_PRUNING, EPOCHS_BEFORE_PRUNING),
    )
    if "fixed" not in study.user_attrs:
        study.set_user_attr("fixed", fixed)
    known = study.user_attrs["fixed"]
    if changed := sorted(option for option in {**known, **fixed} if known.get(option) != fixed.get(option)):
        raise SweepError(f"The study {name!r} was begun with another {', '.join(changed)}: choose another --study.")
    return study


def open_storage(url: str, heartbeat_s: int) -> RDBStorage:
    """SweepError where there is no such database. Workers that start together all make its tables; all but one fail."""
    for attempt in range(4):
        try:
            return RDBStorage(
                url,
                engine_kwargs={"poolclass": NullPool},  # a trial takes minutes: no connection is held, none goes stale
                heartbeat_interval=heartbeat_s,
                heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(max_retry=RETRIES),
            )
        except (SQLAlchemyError, ImportError) as error:
            failure = error
            log.debug("attempt %d at the study's tables: %s", attempt + 1, error)
    raise SweepError(f"The study's database can't be used: {failure}") from failure


def with_driver(url: str) -> str:
    """`postgres://` and `postgresql://` are what others call `postgresql+psycopg://`."""
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)


def count_begun(study: Study) -> int:
    """The trials that are done or under way, once those of dead workers are out of it."""
    optuna.storages.fail_stale_trials(study)
    return len(study.get_trials(deepcopy=False, states=(*DONE, TrialState.RUNNING)))


def best_trials(study: Study, count: int = 10) -> list[FrozenTrial]:
    """The lowest losses first."""
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return sorted(complete, key=lambda trial: trial.value or 0.0)[:count]


def describe(study: Study) -> str:
    """How many trials there are of each kind, and the best ones in a table."""
    trials = study.get_trials(deepcopy=False)
    counts = {state: sum(trial.state == state for trial in trials) for state in TrialState}
    numbers = ", ".join(f"{count} {state.name.lower()}" for state, count in counts.items() if count)
    best = best_trials(study)
    options = list(best[0].params) if best else []
    rows = [["trial", "loss", *options]]
    rows += [[str(trial.number), *map(brief, (trial.value, *(trial.params[o] for o in options)))] for trial in best]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join([f"{study.study_name}: {numbers}", *table])


def brief(value: object) -> str:
    """Four digits are enough of a number."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def plot_study(study: Study, folder: Path) -> list[Path]:
    """As PNG, what the trials so far are enough for."""
    complete = len(best_trials(study, count=TRIALS_FOR_IMPORTANCE))
    names = list(PLOTS) if complete == TRIALS_FOR_IMPORTANCE else [name for name in PLOTS if name != "importances"]
    return [draw(study, name, folder / f"{name}.png") for name in names] if complete else []


# The picture's name → Optuna's function, and inches.
PLOTS = {
    "history": ("plot_optimization_history", (9, 5)),
    "intermediate_values": ("plot_intermediate_values", (9, 5)),
    "parallel_coordinates": ("plot_parallel_coordinate", (13, 5)),
    "slices": ("plot_slice", (24, 5)),
    "importances": ("plot_param_importances", (9, 5)),
}


def draw(study: Study, name: str, path: Path) -> Path:
    """Optuna draws with pyplot, in a style that it sets for everyone; neither outlives the picture."""
    import matplotlib
    from matplotlib import pyplot

    matplotlib.use("Agg")
    function, inches = PLOTS[name]
    plot: Callable[..., Any] = getattr(optuna.visualization.matplotlib, function)
    names = {} if name == "intermediate_values" else {"target_name": LOSS}
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)  # these plots, since 2020
        warnings.filterwarnings("ignore", "Attempting to set identical")  # where an option has one value
        figure = np.ravel(plot(study, **names))[0].figure
        figure.set_size_inches(*inches)
        tidy(name, figure)
        figure.savefig(path, dpi=120, bbox_inches="tight")
    pyplot.close(figure)
    return path


def tidy(name: str, figure: "Figure") -> None:
    """What Optuna leaves hard to read."""
    for axes in figure.axes:
        tidy_ticks(axes)
        if name == "slices":
            axes.tick_params(axis="x", rotation=45, rotation_mode="xtick")
        if name == "parallel_coordinates":
            for label in axes.get_yticklabels():
                label.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1})  # lines cross it
        if name == "intermediate_values":
            axes.set_ylabel(LOSS)
            for line in axes.lines:
                if np.size(line.get_xdata()) == 1:  # a trial of one epoch, which has no line
                    line.set(marker="o", markersize=8, zorder=3)


def tidy_ticks(axes: "Axes") -> None:
    """Whole numbers of trials and steps; on a logarithmic scale plain numbers, few enough to be read."""
    from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_label_text() in {"Trial", "Step"}:
            axis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        if axis.get_scale() == "log":
            low, high = sorted(axis.get_view_interval())
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)) if high > 10 * low else MaxNLocator(4))
            axis.set_major_formatter("{x:g}")
            axis.set_minor_locator(NullLocator())
