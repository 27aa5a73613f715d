"""An Optuna study in a database that several workers share, and a table of what it found.

A worker that dies leaves a trial without a heartbeat. The next trial that any worker begins marks it as failed and
queues it again.
"""

import logging
import re
from typing import Any

import optuna
from optuna import Study
from optuna.pruners import MedianPruner
from optuna.samplers import PartialFixedSampler, TPESampler
from optuna.storages import RDBStorage, RetryHeartbeatStaleTrialCallback
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy import NullPool
from sqlalchemy.exc import SQLAlchemyError

from training.errors import SweepError

log = logging.getLogger(__name__)

HEARTBEAT_S = 30
RETRIES = 2  # a trial that kills its worker each time is abandoned after them
TRIALS_BEFORE_PRUNING = 5
EPOCHS_BEFORE_PRUNING = 1  # the one-cycle learning rate is still rising then
DONE = (TrialState.COMPLETE, TrialState.PRUNED)


class SamplerByTrial(TPESampler):
    """Samples trial n from the seed, n and the trials before it, whichever worker runs it. Trial 0 is `first`.

    Tree-structured Parzen estimator: Bergstra et al. 2011.
    """

    def __init__(self, first: dict[str, Any], seed: int, number: int = 0) -> None:
        super().__init__(seed=seed + number, multivariate=True)
        self.first, self.seed = first, seed

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        """Optuna's hook, called before a trial samples its settings."""
        sampler = SamplerByTrial(self.first, self.seed, trial.number)
        study.sampler = sampler if trial.number else PartialFixedSampler(self.first, sampler)


def open_study(
    url: str, name: str, fixed: dict[str, Any], first: dict[str, Any], seed: int, heartbeat_s: int = HEARTBEAT_S
) -> Study:
    """Open or create the study of that name. SweepError if it was begun with other `fixed` settings."""
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
        raise SweepError(
            f"The study {name!r} was begun with other values of {', '.join(changed)}: choose another --study."
        )
    return study


def open_storage(url: str, heartbeat_s: int) -> RDBStorage:
    """Open the database, with retries: of workers that create its tables at once, all but one fail. SweepError."""
    for attempt in range(4):
        try:
            return RDBStorage(
                url,
                engine_kwargs={
                    "poolclass": NullPool
                },  # a trial takes minutes, in which an idle connection would go stale
                heartbeat_interval=heartbeat_s,
                heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(max_retry=RETRIES),
            )
        except (SQLAlchemyError, ImportError) as error:
            failure = error
            log.debug("attempt %d at the study's tables: %s", attempt + 1, error)
    raise SweepError(f"The study's database cannot be used: {failure}") from failure


def with_driver(url: str) -> str:
    """Name the driver that SQLAlchemy needs: `postgres://` and `postgresql://` become `postgresql+psycopg://`."""
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)


def count_begun(study: Study) -> int:
    """Return the number of finished and running trials, after marking those of dead workers as failed."""
    optuna.storages.fail_stale_trials(study)
    return len(study.get_trials(deepcopy=False, states=(*DONE, TrialState.RUNNING)))


def best_trials(study: Study, count: int = 10) -> list[FrozenTrial]:
    """Return the finished trials with the lowest losses, the best one first."""
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return sorted(complete, key=lambda trial: trial.value or 0.0)[:count]


def describe(study: Study) -> str:
    """Return the number of trials by state, and a table of the best ones."""
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
    """Format a value with four significant digits."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
