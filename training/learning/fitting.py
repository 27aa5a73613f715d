"""Trains one step of a recipe with Lightning.

The settings, the data and the starting weights come in; a network with averaged weights goes out, saved in the step's
folder. A step that was stopped continues from its last checkpoint.
"""

import pickle
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch import Callback, Trainer
from lightning.pytorch.callbacks import EarlyStopping, LearningRateMonitor, ModelCheckpoint, TQDMProgressBar
from lightning.pytorch.plugins.io import TorchCheckpointIO
from torch import nn

from shared.atomic_file import replacing
from training.errors import RunError, UnusableRunError
from training.learning.averaging import MovingAverage
from training.learning.data_module import TrainingData
from training.learning.step_folder import StepFolder
from training.learning.task import RecognitionTask
from training.recipes.recipe import Settings
from training.reporting.epoch_log import EpochLog
from training.reporting.tracking import Tracker, build_logger

STOPS_ON = "validation/accuracy"  # not the loss, which a few mislabelled pen digits dominate


def fit(
    settings: Settings,
    step: StepFolder,
    data: TrainingData,
    start: nn.Module | None = None,
    tracker: Tracker = "none",
    callbacks: Sequence[Callback] = (),
) -> nn.Module:
    """Return the network with averaged weights, on the CPU in evaluation mode, after saving it in the step's folder.

    `start`: the network whose weights to begin with. A stopped step continues. RunError if it cannot begin or end.
    """
    if len(data.training) < settings.batch:
        raise RunError(f"There are {len(data.training)} training images, fewer than a batch of {settings.batch}.")
    step.begin(settings, data.training.hashes())
    torch.manual_seed(settings.seed)
    task = RecognitionTask(settings, list(data.validation))
    if start:
        task.network.load_state_dict(start.state_dict())
    run_trainer(task, settings, step, data, build_trainer(settings, step, tracker, callbacks))
    task.load_state_dict(load_checkpoint(step)["state_dict"])
    network: nn.Module = task.network.cpu().eval()
    if not all(bool(weights.isfinite().all()) for weights in network.state_dict().values()):
        raise RunError("The weights are not finite any more: start again with a lower learning_rate.")
    if start:
        keep_share_of_start(network, start, settings.start_share)
    step.finish(network)
    shutil.rmtree(step.checkpoints)
    return network


def run_trainer(
    task: RecognitionTask, settings: Settings, step: StepFolder, data: TrainingData, trainer: Trainer
) -> None:
    """Train to the end, from the last checkpoint if there is one. RunError when the user interrupts it."""
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # saves a write per tensor
    resumes = step.last_checkpoint.exists()
    if resumes and stopped_early(step):
        return
    try:
        trainer.fit(task, datamodule=data, ckpt_path=step.last_checkpoint if resumes else None)
    except SystemExit as stop:  # Lightning's reaction to Ctrl-C
        raise RunError("Stopped. The same command continues after the last finished epoch.") from stop


def build_trainer(settings: Settings, step: StepFolder, tracker: Tracker, callbacks: Sequence[Callback]) -> Trainer:
    """Return a trainer that averages weights, keeps the last checkpoint, stops early and logs each epoch."""
    step.folder.mkdir(parents=True, exist_ok=True)
    logger = build_logger(tracker, settings.describe(), step.folder, f"{step.folder.parent.name}/{step.folder.name}")
    return Trainer(
        accelerator="cuda" if torch.cuda.is_available() else "cpu",
        devices=1,
        precision=settings.precision,
        max_epochs=settings.epochs,
        limit_train_batches=settings.epoch_batches or 1.0,
        deterministic=True,
        logger=logger,
        callbacks=[
            MovingAverage(settings.averaging),
            ModelCheckpoint(step.checkpoints, step.last_checkpoint.stem, enable_version_counter=False),
            EarlyStopping(STOPS_ON, mode="max", patience=settings.patience),
            *([LearningRateMonitor("epoch")] if logger else []),
            EpochLog(step.epochs),
            TQDMProgressBar(),
            *callbacks,
        ],
        plugins=[AtomicCheckpoints()],
        default_root_dir=step.folder,
        num_sanity_val_steps=0,
        enable_model_summary=False,
        log_every_n_steps=1,  # a value above the number of batches makes Lightning warn
    )


class AtomicCheckpoints(TorchCheckpointIO):
    """Writes a checkpoint beside the last one and renames it, so that a full disk or a kill leaves the last one."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any | None = None) -> None:
        """Lightning's hook."""
        with replacing(Path(path)) as temporary:
            super().save_checkpoint(checkpoint, temporary, storage_options)


def stopped_early(step: StepFolder) -> bool:
    """Return whether patience had run out at the last checkpoint; Lightning would train one more epoch to find out."""
    states = load_checkpoint(step)["callbacks"]
    stopping = next(state for name, state in states.items() if name.startswith(EarlyStopping.__name__))
    return bool(stopping["wait_count"] >= stopping["patience"])


def load_checkpoint(step: StepFolder) -> dict[str, Any]:
    """Return the last checkpoint. UnusableRunError if it cannot be read."""
    try:
        checkpoint: dict[str, Any] = torch.load(step.last_checkpoint, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise UnusableRunError(f"{step.last_checkpoint} is damaged: give --run another name to start again.") from error
    return checkpoint


@torch.no_grad()
def keep_share_of_start(network: nn.Module, start: nn.Module, share: float) -> None:
    """Move the weights and BatchNorm's averages back towards the start by that share.

    The mean often errs less than either end. Wortsman et al. 2022, "Robust fine-tuning of zero-shot models".
    """
    begun = start.state_dict()
    for name, weights in network.state_dict().items():
        if weights.is_floating_point():
            weights.lerp_(begun[name], share)
