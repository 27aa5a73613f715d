"""Toy data for the trainer: two digits that any network learns in seconds. Upright bars are ones, lying bars zeros."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from training.data.labelled_images import LabelledImages
from training.data.pen_characters import PenCharacter
from training.data.sources import Mixture, Part, as_image_source, as_stroke_source
from training.learning.data_module import TrainingData
from training.options import TrainingOptions
from training.recipes.recipe import Settings


def bars(count: int = 64) -> LabelledImages:
    labels = np.arange(count) % 2
    images = np.zeros((count, 28, 28), np.uint8)
    images[labels == 1, 4:24, 12:16] = 255
    images[labels == 0, 12:16, 4:24] = 255
    return LabelledImages(images, labels.astype(np.int64))


def pen_character(label: int | str = 7) -> PenCharacter:
    top = np.array([[0, 0], [500, 0], [300, 999]], np.float32)
    bar = np.array([[150, 500], [450, 480]], np.float32)
    return PenCharacter(label, "ward/w01", (top, bar))


def quick_settings(**changed: object) -> Settings:
    """Settings of a training that takes a second."""
    quick: dict[str, object] = {"architecture": "mlp", "epochs": 3, "batch": 16, "averaging": 0.5}
    return Settings.model_validate(quick | changed)


def options(folder: Path | None = None, **changed: object) -> TrainingOptions:
    """Options whose folders are inside `folder`, without pen strokes."""
    folders = {f"{name}_dir": folder / name for name in ("data", "models", "results")} if folder else {}
    return TrainingOptions.model_validate({"pen_digits": None, "pen_letters": None} | folders | changed)


def training_data(settings: Settings, count: int = 64) -> TrainingData:
    """Bars to read, and crossed sevens that count as letters, not digits."""
    parts = [Part("bars", as_image_source(bars(count))), Part("others", as_stroke_source([pen_character("f")]), 8)]
    return TrainingData(settings, Mixture(parts), {"bars": bars(32)})


def state_of(network: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


class AlwaysSeven(nn.Module):
    """Reads every image as a seven, with the logit it was given."""

    def __init__(self, logit: float) -> None:
        super().__init__()
        self.logit = logit

    def forward(self, images: Tensor) -> Tensor:
        assert images.shape[1:] == (1, 28, 28)
        assert float(images.amax((1, 2, 3)).min()) > 2  # every image has ink
        return torch.eye(10)[7].expand(len(images), 10) * self.logit
