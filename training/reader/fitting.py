"""Trains a reader network from the data of its pages to averaged weights, saved in the step's folder.

A training that was stopped continues after its last finished epoch, and ends with the same weights as one that was not.
"""

import json
import logging
import os
import pickle
import shutil
import time
from collections.abc import Iterator

import torch
from lightning.pytorch.loggers import Logger
from torch import nn
from torch.utils.data import DataLoader

from shared.atomic_file import replacing
from training.data.writing_data import WritingData
from training.errors import RunError
from training.learning.step_folder import StepFolder
from training.reader.learner import Learner
from training.reader.loss import Loss
from training.reader.pages import Batch, ComposedBatches
from training.recipes.reader_recipe import ReaderSettings
from training.reporting.epoch_log import read_epochs
from training.reporting.tracking import Tracker, build_logger

log = logging.getLogger(__name__)

EPOCH_BATCHES = 250


def fit_reader(
    settings: ReaderSettings,
    step: StepFolder,
    data: WritingData,
    tracker: Tracker = "none",
    workers: int = 0,
    start: nn.Module | None = None,
) -> nn.Module:
    """Return the network with averaged weights, on the CPU in evaluation mode, after saving it in the step's folder.

    `workers` processes compose pages; with 0, this one does. The first weights are those of `start`, or random.
    RunError if the training cannot continue or end.
    """
    step.begin(settings, data.hashes())
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    learner = Learner(settings, settings.epochs * EPOCH_BATCHES, device, start)
    if step.last_checkpoint.exists():
        learner.restore(load_checkpoint(step))
    logger = build_logger(tracker, settings.describe(), step.folder, f"{step.folder.parent.name}/{step.folder.name}")
    batches = iter_batches(learner, ComposedBatches(data.make_hands(), settings.seed, settings.batch_pixels), workers)
    while learner.learned < learner.batches:
        entry = learn_epoch(learner, batches)
        finish_epoch(step, learner, entry)
        if isinstance(logger, Logger):
            logger.log_metrics({name: value for name, value in entry.items() if "/" in name}, int(entry["epoch"]))
    network: nn.Module = learner.average.cpu().eval()
    if not all(bool(weights.isfinite().all()) for weights in network.state_dict().values()):
        raise RunError("The weights are not finite any more: start again with a lower learning_rate.")
    step.finish(network)
    shutil.rmtree(step.checkpoints)
    return network


def count_workers() -> int:
    """Return how many processes should compose: one can keep up with a processor that learns, but not with a GPU."""
    cores = os.cpu_count() or 1
    return max(1, cores - 1) if torch.cuda.is_available() else min(1, cores - 1)


def iter_batches(learner: Learner, batches: ComposedBatches, workers: int) -> Iterator[Batch]:
    """The batches that the learner has not learned yet, in order."""
    numbers = range(learner.learned, learner.batches)
    loader = DataLoader(
        batches,
        batch_size=None,
        sampler=numbers,
        num_workers=workers,
        prefetch_factor=4 if workers else None,
        pin_memory=learner.device.type == "cuda",
    )
    return iter(loader)


def learn_epoch(learner: Learner, batches: Iterator[Batch]) -> dict[str, float]:
    """Learn the batches up to the end of the epoch. Returns its line for the log: means of the loss and its parts."""
    epoch, started = learner.learned // EPOCH_BATCHES, time.monotonic()
    total = torch.zeros(len(Loss._fields), device=learner.device)
    count = 0
    while learner.learned < (epoch + 1) * EPOCH_BATCHES:
        total += torch.stack(list(learner.learn(next(batches))))
        count += 1
    means = Loss(*(total / count).cpu())
    parts = {f"train/{name}": float(part) for name, part in zip(Loss._fields, means, strict=True)}
    rate = learner.optimizer.param_groups[0]["lr"]
    seconds = time.monotonic() - started
    log.info("epoch %d: loss %.3f, %.0f s", epoch, float(means.add_up()), seconds)
    return {"epoch": epoch, "learning_rate": rate, "train/loss": float(means.add_up()), **parts}


def finish_epoch(step: StepFolder, learner: Learner, entry: dict[str, float]) -> None:
    """Write the checkpoint and the log. A kill between the two makes the epoch's line appear once all the same."""
    entries = [earlier for earlier in read_epochs(step.epochs) if earlier["epoch"] < entry["epoch"]]
    with replacing(step.epochs) as temporary:
        temporary.write_text("".join(json.dumps(line) + "\n" for line in [*entries, entry]))
    step.checkpoints.mkdir(parents=True, exist_ok=True)
    with replacing(step.last_checkpoint) as temporary:
        torch.save(learner.save(), temporary)


def load_checkpoint(step: StepFolder) -> dict[str, object]:
    """Return the last checkpoint. RunError if it cannot be read."""
    try:
        checkpoint: dict[str, object] = torch.load(step.last_checkpoint, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise RunError(f"{step.last_checkpoint} is damaged: give --run another name to start again.") from error
    return checkpoint
