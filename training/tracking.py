"""Where a run's figures go beside its own history: TensorBoard, Weights & Biases or MLflow, each without a server.

A resumed run goes on in the tracker's same run. wandb and mlflow are slow to import; that is left until they are used.
"""

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lightning.pytorch.loggers import Logger, MLFlowLogger, TensorBoardLogger, WandbLogger
from lightning.pytorch.utilities import rank_zero_only

from training.options import Options

if TYPE_CHECKING:
    from wandb import Run

PROJECT = "slate"
BuildLogger = Callable[[Options, Path, str | None], Logger]


def build_logger(options: Options, folder: Path) -> Logger | bool:
    """Has the recipe logged already; False for the tracker «none». `folder` is the run's and is there."""
    if options.tracker == "none":
        return False
    known = folder / f"{options.tracker}-run"  # the id that the tracker gave the run
    logger = BUILDERS[options.tracker](options, folder, known.read_text() if known.exists() else None)
    if not known.exists():  # MLflow refuses to have what a resumed run changed, such as its epochs
        logger.log_hyperparams(options.recipe())
        remember(known, logger)
    return logger


@rank_zero_only
def remember(known: Path, logger: Logger) -> None:
    """TensorBoard knows a run by its folder and has no id."""
    if logger.version:
        known.write_text(str(logger.version))


def build_tensorboard_logger(_options: Options, folder: Path, _run_id: str | None) -> TensorBoardLogger:
    """Straight into the folder, so that `tensorboard --logdir results` names each run as its folder is named."""
    return RecipeTensorBoardLogger(folder, name="", version="", default_hp_metric=False)


def build_wandb_logger(options: Options, folder: Path, run_id: str | None) -> WandbLogger:
    """Into the folder, and to the server as well where WANDB_API_KEY is set. `wandb sync` sends the rest later."""
    return FinishedWandbLogger(experiment=start_wandb_run(options, folder, run_id))


@rank_zero_only
def start_wandb_run(options: Options, folder: Path, run_id: str | None) -> "Run":
    """What Lightning would start itself, if it could without a deprecated argument."""
    import wandb

    mode: Literal["online", "offline"] = "online" if os.environ.get("WANDB_API_KEY") else "offline"
    run = wandb.init(
        project=os.environ.get("WANDB_PROJECT", PROJECT),
        name=str(folder.relative_to(options.results_dir)),
        dir=folder,
        id=run_id,
        resume="allow",
        mode=mode,
        reinit="create_new",  # a sweep has many runs in one process
        settings=wandb.Settings(silent=mode == "offline", console="off", disable_git=True, x_save_requirements=False),
    )
    run.define_metric("*", step_metric="trainer/global_step")
    return run


def build_mlflow_logger(options: Options, folder: Path, run_id: str | None) -> MLFlowLogger:
    """To MLFLOW_TRACKING_URI where it is set, else to SQLite among the results: MLflow gave up plain files."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # read when mlflow is imported
    results = options.results_dir.resolve()
    server = os.environ.get("MLFLOW_TRACKING_URI")
    with warnings.catch_warnings():
        # MLflow 3.17 maps its tables with what SQLAlchemy 2.1 has deprecated.
        warnings.filterwarnings("ignore", "The ``noload`` loader strategy is deprecated", DeprecationWarning)
        return MLFlowLogger(
            experiment_name=PROJECT,
            run_name=str(folder.relative_to(options.results_dir)),
            tracking_uri=server or f"sqlite:///{results / 'mlflow.db'}",
            artifact_location=None if server else (results / "mlflow-artifacts").as_uri(),
            run_id=run_id,
        )


class RecipeTensorBoardLogger(TensorBoardLogger):
    """Shows the recipe beside the validation loss; Lightning's own shows it beside a made-up figure or not at all."""

    @rank_zero_only
    def log_hyperparams(self, params: dict[str, Any], *_: object, **__: object) -> None:  # type: ignore[override]
        """In hparams.yaml and on the HParams page."""
        from torch.utils.tensorboard.summary import hparams

        super().log_hyperparams(params)
        for summary in hparams(params, {"validation/loss": 0.0}):  # of the metric only its name is written
            self.experiment.file_writer.add_summary(summary)


class FinishedWandbLogger(WandbLogger):
    """Closes the run when training ends, which Lightning leaves to the end of the process."""

    @rank_zero_only
    def finalize(self, status: str) -> None:
        """`status` is «success» or not."""
        super().finalize(status)
        self.experiment.finish(exit_code=0 if status == "success" else 1)


BUILDERS: dict[str, BuildLogger] = {
    "tensorboard": build_tensorboard_logger,
    "wandb": build_wandb_logger,
    "mlflow": build_mlflow_logger,
}
