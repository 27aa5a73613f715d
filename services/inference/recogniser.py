"""One model version in memory: images in, recognitions out. The only place that runs a network."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from shared.recognition.model_version import Manifest, load_network
from shared.recognition.normalisation import SIDE, Images, as_tensor


@dataclass(frozen=True)
class Recognition:
    """What one image was read as: `probabilities` (10,) float64 that sum to 1, `digit_score` in 0..1."""

    probabilities: NDArray[np.float64]
    digit_score: float

    @property
    def digit(self) -> int:
        """The most probable digit."""
        return int(self.probabilities.argmax())

    @property
    def confidence(self) -> float:
        """The probability of `digit`."""
        return float(self.probabilities.max())


class Recogniser:
    """A network on its device with its calibration. Safe to call from several threads."""

    def __init__(self, models_dir: Path, manifest: Manifest, device: torch.device) -> None:
        self.manifest = manifest
        self.device = device
        self._network = load_network(models_dir, manifest).to(device)
        self.recognise(np.zeros((1, SIDE, SIDE), np.uint8))  # the first call is slow: better now than in a request

    @torch.inference_mode()
    def recognise(self, images: Images) -> list[Recognition]:
        """(N, 28, 28) uint8 → N recognitions."""
        logits = self._network(self.manifest.normalisation(as_tensor(images).to(self.device))).double().cpu()
        probabilities = self.manifest.calibration.probabilities(logits).double()
        scores = self.manifest.calibration.digit_scores(logits).tolist()
        normalised = (probabilities / probabilities.sum(dim=1, keepdim=True)).numpy()
        return [Recognition(row, score) for row, score in zip(normalised, scores, strict=True)]


def choose_device(wanted: Literal["auto", "cpu", "cuda"]) -> torch.device:
    """«auto» is CUDA where there is one. On the CPU each worker thread computes alone: more threads only contend."""
    device = torch.device("cuda" if wanted == "cuda" or (wanted == "auto" and torch.cuda.is_available()) else "cpu")
    if device.type == "cpu":
        torch.set_num_threads(1)
    return device
