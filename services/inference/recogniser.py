"""One model version in memory: images in, probabilities and digit scores out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.inference.engines.engine import Engine
from shared.recognition.augmented_views import average_doubtful_views
from shared.recognition.model_version import Manifest
from shared.recognition.normalisation import SIDE, Images


@dataclass(frozen=True)
class Recognitions:
    """The results for N images: `probabilities` (N, 10) float64, rows sum to 1, and `digit_scores` (N,) in 0..1."""

    probabilities: NDArray[np.float64]
    digit_scores: NDArray[np.float64]

    @property
    def digits(self) -> NDArray[np.intp]:
        """(N,): the most probable digit of each image."""
        return np.asarray(self.probabilities.argmax(axis=1))


class Recogniser:
    """An engine together with the calibration of its model version. Threads may use it at the same time."""

    def __init__(self, manifest: Manifest, engine: Engine) -> None:
        self.manifest = manifest
        self.engine = engine
        self.recognise(np.zeros((1, SIDE, SIDE), np.uint8))  # the first call is slow, so it must not be a request

    def recognise(self, images: Images) -> Recognitions:
        """(N, 28, 28) uint8 → N results. Doubtful images get the mean logits of their augmented views."""
        engine, calibration = self.engine, self.manifest.calibration
        logits = average_doubtful_views(engine.compute_exact_logits, images, engine.compute_logits(images), calibration)
        return Recognitions(calibration.probabilities(logits), calibration.digit_scores(logits))

    def compute_probabilities(self, images: Images) -> NDArray[np.float64]:
        """(N, 28, 28) uint8 → probabilities (N, 10) without augmented views. Faster, for comparing images."""
        return self.manifest.calibration.probabilities(self.engine.compute_logits(images))
