"""One run of Lightning's trainer: from options and data to averaged weights, resumable after a kill.

Everything of a run lies in its folder: options.json, history.jsonl, checkpoints/, the tracker's files and the plots.
"""

import json
import os
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch import Callback, Trainer
from lightning.pytorch.callbacks import (
    EarlyStopping,
    LearningRateMonitor,
    ModelCheckpoint,
    TQDMProgressBar,
)
from lightning.pytorch.plugins.io import TorchCheckpointIO
from torch import nn

from shared.recognition.model_version import Manifest, find_manifest
from shared.recognition.weights import load_network
from training.averaging import MovingAverage
from training.data_module import TrainingData
from training.history import History
from training.options import Options
from training.task import RecognitionTask
from training.tracking import build_logger

STOPS_ON = "validation/accuracy"  # not the loss: a few mislabelled strokes rule that, the surer a network is
DDP_RUN = "SLATE_DDP_RUN"


class RunError(Exception):
    """A run that can't begin or go on; the message says why."""


@dataclass(frozen=True)
class Run:
    """A folder under results."""

    folder: Path

    @property
    def options(self) -> Path:
        """What it was begun with and the hashes of its data: resumed with anything else it would end otherwise."""
        return self.folder / "options.json"

    @property
    def published(self) -> Path:
        """Names the version that came of it."""
        return self.folder / "published"

    @property
    def checkpoints(self) -> Path:
        """Only the last epoch's is kept."""
        return self.folder / "checkpoints"

    @property
    def last_checkpoint(self) -> Path:
        """What a resumed run goes on from."""
        return self.checkpoints / "last.ckpt"

    @property
    def history(self) -> Path:
        """One line an epoch."""
        return self.folder / "history.jsonl"


def check_run(options: Options) -> None:
    """What can be said before any data are read. RunError, ModelVersionError, OSError."""
    check_start(options)
    find_run(options)
    options.results_dir.mkdir(parents=True, exist_ok=True)


def find_run(options: Options) -> Run:
    """Its folder, which is not made yet. RunError where it is there already, or is not there to be resumed."""
    if options.resume and not options.run:
        raise RunError("Which run is to go on? Give its folder's name with --run.")
    name = options.run or f"{options.model}-{datetime.now():%Y-%m-%d-%H%M%S}"
    if options.devices > 1 and not options.run:
        name = os.environ.setdefault(DDP_RUN, name)  # for the processes that Lightning starts for the other devices
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise RunError(f"--run {name} is no name: runs are folders under --results-dir.")
    run = Run(options.results_dir / name)
    if not options.resume:
        if run.history.exists():
            raise RunError(f"{run.folder} is there already: --resume goes on with it, another --run begins anew.")
        return run
    if run.published.exists():
        raise RunError(f"{run.folder} is over: it was published as {run.published.read_text()}.")
    if not run.last_checkpoint.exists():
        raise RunError(f"There is nothing to resume in {run.folder}: no epoch of it was finished. Take another --run.")
    return run


def open_run(options: Options, data: Mapping[str, str] | None = None) -> Run:
    """Makes the folder, or finds it where the run is resumed. RunError as find_run, or where it began otherwise.

    `data`: the name and hash of all that is trained on, so that a run is not resumed with anything else.
    """
    run, recipe = find_run(options), options.recipe() | {"data": dict(data or {})}
    if options.resume and (others := differing(read_recipe(run), recipe)):
        raise RunError(f"{run.folder} was begun with other options or data than these: {', '.join(others)}.")
    run.folder.mkdir(parents=True, exist_ok=True)
    if not options.resume:
        run.options.write_text(json.dumps(recipe, indent=2))
    return run


def read_recipe(run: Run) -> dict[str, Any]:
    """What it was begun with. RunError where that can't be read."""
    try:
        recipe: dict[str, Any] = json.loads(run.options.read_text())
    except (OSError, ValueError) as error:
        raise RunError(f"{run.options} can't be read: begin anew with another --run.") from error
    return recipe


def differing(begun: Mapping[str, object], recipe: Mapping[str, object]) -> list[str]:
    """The names of what is not the same."""
    return sorted(name for name in begun.keys() | recipe.keys() if begun.get(name) != recipe.get(name))


def check_start(options: Options) -> None:
    """RunError where there are too few GPUs, or a version to start from has another architecture."""
    check_devices(options)
    if options.start_from:
        find_start(options)


def check_devices(options: Options) -> None:
    """RunError where more GPUs are asked for than there are."""
    there = torch.cuda.device_count()
    if options.accelerator == "cuda" and there < options.devices:
        raise RunError(f"{options.devices} CUDA devices are asked for and {there} are here.")


def stopped_early(run: Run) -> bool:
    """Whether patience had ended at the last checkpoint: Lightning would add an epoch to find that out."""
    states = load_checkpoint(run)["callbacks"]
    stopping = next(state for name, state in states.items() if name.startswith(EarlyStopping.__name__))
    return bool(stopping["wait_count"] >= stopping["patience"])


def load_checkpoint(run: Run) -> dict[str, Any]:
    """The last. RunError where it can't be read."""
    try:
        checkpoint: dict[str, Any] = torch.load(run.last_checkpoint, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise RunError(f"{run.last_checkpoint} is damaged: begin anew with another --run.") from error
    return checkpoint


def find_start(options: Options) -> Manifest:
    """Of the version whose weights to go on from. RunError where it has another architecture, ModelVersionError."""
    manifest = find_manifest(options.models_dir, options.start_from or "")
    if manifest.architecture != options.model:
        raise RunError(f"{manifest.reference} is a {manifest.architecture}: a {options.model} can't go on from it.")
    return manifest


class WholeCheckpoints(TorchCheckpointIO):
    """Written beside the one before and then put in its place: a full disk or a kill leaves the one before."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any | None = None) -> None:
        """Lightning's hook."""
        written = Path(path).with_suffix(".writing")
        super().save_checkpoint(checkpoint, written, storage_options)
        written.replace(path)


def fit(options: Options, run: Run, data: TrainingData, callbacks: Sequence[Callback] = ()) -> RecognitionTask:
    """The task with the averaged weights, on the CPU, in evaluation mode. RunError where it can't begin or end."""
    check_devices(options)
    if len(data.training) < options.batch:
        raise RunError(f"There are {len(data.training)} images to train on, fewer than the {options.batch} of a batch.")
    torch.manual_seed(options.seed)
    task = RecognitionTask(options, list(data.validation))
    start = load_network(options.models_dir, find_start(options)) if options.start_from else None
    if start:
        task.network.load_state_dict(start.state_dict())
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # else each tensor is written twice
    trainer = build_trainer(options, run, callbacks)
    if not (options.resume and stopped_early(run)):
        try:
            trainer.fit(task, datamodule=data, ckpt_path=run.last_checkpoint if options.resume else None)
        except SystemExit as stop:  # what Lightning makes of Ctrl-C
            name = options.run or run.folder.name
            raise RunError(f"Stopped: --run {name} --resume goes on after the last epoch that was finished.") from stop
    task.load_state_dict(load_checkpoint(run)["state_dict"])
    if not all(bool(weights.isfinite().all()) for weights in task.network.state_dict().values()):
        raise RunError("The weights are no numbers any more: begin anew with a lower --learning-rate.")
    if start:
        keep_of_start(task.network.cpu(), start, options.start_share)
    return task.cpu().eval()


def build_trainer(options: Options, run: Run, callbacks: Sequence[Callback]) -> Trainer:
    """Averages, keeps the last epoch's checkpoint, stops early, tracks; and what the callbacks do."""
    logger = build_logger(options, run.folder)
    return Trainer(
        accelerator="gpu" if options.accelerator == "cuda" else options.accelerator,
        devices=options.devices,
        strategy="ddp" if options.devices > 1 else "auto",
        precision=options.precision,
        max_epochs=options.epochs,
        deterministic=True,
        logger=logger,
        callbacks=[
            MovingAverage(options.averaging),
            ModelCheckpoint(run.checkpoints, run.last_checkpoint.stem, enable_version_counter=False),
            EarlyStopping(STOPS_ON, mode="max", patience=options.patience),
            *([LearningRateMonitor("epoch")] if logger else []),
            History(run.history),
            TQDMProgressBar(),
            *callbacks,
        ],
        plugins=[WholeCheckpoints()],
        default_root_dir=run.folder,
        num_sanity_val_steps=0,
        enable_model_summary=False,
        log_every_n_steps=1,  # nothing is logged by the step; more than an epoch has, and Lightning warns
    )


@torch.no_grad()
def keep_of_start(network: nn.Module, start: nn.Module, share: float) -> None:
    """Moves the weights, and BatchNorm's averages with them, that far back to where they began.

    It often errs less than either end of the way. Wortsman et al. 2022, «Robust fine-tuning of zero-shot models».
    """
    begun = start.state_dict()
    for name, weights in network.state_dict().items():
        if weights.is_floating_point():
            weights.lerp_(begun[name], share)
