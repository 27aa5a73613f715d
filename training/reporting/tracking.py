"""Sends the metrics of a run to an experiment tracker: TensorBoard, or Weights & Biases.

A continued run stays the same run in the tracker. wandb is slow to import, so it is imported only when used.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lightning.pytorch.loggers import Logger, TensorBoardLogger, WandbLogger

if TYPE_CHECKING:
    from wandb import Run

Tracker = Literal["tensorboard", "wandb", "none"]
BuildLogger = Callable[[Path, str, str | None], Logger]

PROJECT = "slate"


def build_logger(
    tracker: Tracker, settings: Mapping[str, str | int | float | bool], folder: Path, name: str
) -> Logger | bool:
    """Return the tracker's logger, which has the settings logged already; False for the tracker "none".

    `folder` is the run's folder and exists; `name` is what the tracker shows.
    """
    if tracker == "none":
        return False
    id_file = folder / f"{tracker}-run"  # holds the id that the tracker gave to the run
    logger = BUILDERS[tracker](folder, name, id_file.read_text() if id_file.exists() else None)
    if not id_file.exists():
        logger.log_hyperparams(dict(settings))
        if logger.version:  # TensorBoard identifies a run by its folder and has no id
            id_file.write_text(str(logger.version))
    return logger


def build_tensorboard_logger(folder: Path, _name: str, _run_id: str | None) -> TensorBoardLogger:
    """Write into the run's folder, so that `tensorboard --logdir results` shows each run under its folder's name."""
    return SettingsTensorBoardLogger(folder, name="", version="", default_hp_metric=False)


def build_wandb_logger(folder: Path, name: str, run_id: str | None) -> WandbLogger:
    """Write into the run's folder, and to the server if WANDB_API_KEY is set. `wandb sync` can send it later."""
    return FinishedWandbLogger(experiment=start_wandb_run(folder, name, run_id))


def start_wandb_run(folder: Path, name: str, run_id: str | None) -> "Run":
    """Start the run ourselves, because Lightning would use a deprecated argument."""
    import wandb

    mode: Literal["online", "offline"] = "online" if os.environ.get("WANDB_API_KEY") else "offline"
    run = wandb.init(
        project=os.environ.get("WANDB_PROJECT", PROJECT),
        name=name,
        dir=folder,
        id=run_id,
        resume="allow",
        mode=mode,
        reinit="create_new",  # a sweep has many runs in one process
        settings=wandb.Settings(silent=mode == "offline", console="off", disable_git=True, x_save_requirements=False),
    )
    run.define_metric("*", step_metric="trainer/global_step")
    return run


class SettingsTensorBoardLogger(TensorBoardLogger):
    """Shows the settings beside the validation loss; Lightning's own logger shows them beside a made-up value."""

    def log_hyperparams(self, params: dict[str, Any], *_: object, **__: object) -> None:  # type: ignore[override]
        """Write them to hparams.yaml and to the HParams page."""
        from torch.utils.tensorboard.summary import hparams

        super().log_hyperparams(params)
        for summary in hparams(params, {"validation/loss": 0.0}):  # only the metric's name is used
            self.experiment.file_writer.add_summary(summary)


class FinishedWandbLogger(WandbLogger):
    """Closes the run when training ends; Lightning would close it when the process ends."""

    def finalize(self, status: str) -> None:
        """Lightning's hook. `status` is "success" or something else."""
        super().finalize(status)
        self.experiment.finish(exit_code=0 if status == "success" else 1)


BUILDERS: dict[str, BuildLogger] = {"tensorboard": build_tensorboard_logger, "wandb": build_wandb_logger}
