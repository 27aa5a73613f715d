"""Two easy digits and a network that learns them in a blink: upright bars are ones, lying bars are zeros."""

from pathlib import Path
from typing import Any

import numpy as np

from training.learning.data_module import TrainingData
from training.data.labelled_images import LabelledImages
from training.options import Options
from training.data.sources import Mixture, Part, as_image_source
from training.sweep.__main__ import SweepOptions


def bars(count: int = 64) -> LabelledImages:
    """No two of a digit are quite the same."""
    noise = np.random.default_rng(0).integers(0, 60, (count, 28, 28))
    labels = np.arange(count, dtype=np.int64) % 2
    images = noise.astype(np.uint8)
    images[labels == 1, 4:24, 12:16] = 255
    images[labels == 0, 12:16, 4:24] = 255
    return LabelledImages(images, labels)


def toy_data(options: Options) -> TrainingData:
    """To train on and, the same, to validate on."""
    return TrainingData(options, Mixture([Part("bars", as_image_source(bars(), augmented=False))]), {"bars": bars()})


def toy_options(results: Path, **changes: Any) -> Options:
    """Two epochs of two batches."""
    chosen = {"model": "mlp", "epochs": 2, "batch": 32, "publish": False, "results_dir": results, "accelerator": "cpu"}
    return Options(**chosen | changes)


def toy_sweep(results: Path, trials: int, **changes: Any) -> SweepOptions:
    """Every option but the batch is searched."""
    chosen = {"model": "mlp", "epochs": 2, "batch": 32, "results_dir": results, "accelerator": "cpu", "tracker": "none"}
    return SweepOptions(trials=trials, **chosen | changes)
