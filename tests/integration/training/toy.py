"""Toy data for whole trainings and sweeps: upright bars are ones, lying bars are zeros."""

from pathlib import Path
from typing import Any

import numpy as np

from training.data.labelled_images import LabelledImages
from training.data.sources import Mixture, Part, as_image_source
from training.learning.data_module import TrainingData
from training.recipes.recipe import Recipe, Settings
from training.sweep.search import Options, Plan

NOWHERE = Path("no-models")


def bars(count: int = 64) -> LabelledImages:
    """Return bars with noise, so that no two images are the same."""
    noise = np.random.default_rng(0).integers(0, 60, (count, 28, 28))
    labels = np.arange(count, dtype=np.int64) % 2
    images = noise.astype(np.uint8)
    images[labels == 1, 4:24, 12:16] = 255
    images[labels == 0, 12:16, 4:24] = 255
    return LabelledImages(images, labels)


def toy_data(settings: Settings, *_: object) -> TrainingData:
    """Return the same bars for training and for validation."""
    return TrainingData(settings, Mixture([Part("bars", as_image_source(bars(), augmented=False))]), {"bars": bars()})


def toy_settings(**changes: Any) -> Settings:
    """Return settings for two epochs of two batches."""
    return Settings.model_validate({"architecture": "mlp", "epochs": 2, "batch": 32} | changes)


def toy_plan(**given: Any) -> Plan:
    """Return a plan that searches everything but the batch size and the given settings."""
    step = Settings.model_validate({"architecture": "mlp", "batch": 32} | given)
    return Plan.of(Recipe(name="toy", model="mlp", steps=(step,)), NOWHERE)


def toy_sweep(results: Path, trials: int, **changes: Any) -> Options:
    """Return options of a sweep without a tracker, with two epochs a trial."""
    return Options(trials=trials, **{"epochs": 2, "results_dir": results, "tracker": "none"} | changes)
