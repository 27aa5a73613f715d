"""Two digits that any network learns in seconds: upright bars are ones, lying bars are zeros."""

import numpy as np
import torch
from torch import Tensor, nn

from training.learning.data_module import TrainingData
from training.data.labelled_images import LabelledImages
from training.data.pen_characters import PenCharacter
from training.options import Options
from training.data.sources import Mixture, Part, as_image_source, as_stroke_source


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


def options(**changed: object) -> Options:
    """Quick ones: no tracker, no publishing."""
    quick: dict[str, object] = {
        "model": "mlp", "epochs": 3, "batch": 16, "averaging": 0.5, "tracker": "none", "publish": False,
        "accelerator": "cpu", "pen_digits": None, "pen_letters": None,
    }  # fmt: skip
    return Options(**{**quick, **changed})  # type: ignore[arg-type]


def training_data(chosen: Options, count: int = 64) -> TrainingData:
    """Bars to read, and crossed sevens that are to be taken for no digit."""
    parts = [Part("bars", as_image_source(bars(count))), Part("others", as_stroke_source([pen_character("f")]), 8)]
    return TrainingData(chosen, Mixture(parts), {"bars": bars(32)})


def state_of(network: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


class Reader(nn.Module):
    """Sees a seven in everything, as surely as it was told."""

    def __init__(self, sureness: float) -> None:
        super().__init__()
        self.sureness = sureness

    def forward(self, images: Tensor) -> Tensor:
        assert images.shape[1:] == (1, 28, 28)
        assert float(images.amax((1, 2, 3)).min()) > 2  # there is ink on every one
        return torch.eye(10)[7].expand(len(images), 10) * self.sureness
