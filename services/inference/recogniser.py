"""One model version in memory: images in, what they are read as out, a column for each fact."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.inference.engines.engine import Engine
from shared.recognition.augmented_views import average_doubtful_views
from shared.recognition.model_version import Manifest
from shared.recognition.normalisation import SIDE, Images


@dataclass(frozen=True)
class Recognitions:
    """`probabilities` (N, 10) float64, rows sum to 1; `digit_scores` (N,) in 0..1."""

    probabilities: NDArray[np.float64]
    digit_scores: NDArray[np.float64]

    @property
    def digits(self) -> NDArray[np.intp]:
        """(N,): the most probable ones."""
        return np.asarray(self.probabilities.argmax(axis=1))


class Recogniser:
    """An engine with its calibration. Safe to call from several threads."""

    def __init__(self, manifest: Manifest, engine: Engine) -> None:
        self.manifest = manifest
        self.engine = engine
        self.recognise(np.zeros((1, SIDE, SIDE), np.uint8))  # the first call is slow: better now than in a request

    def look_once(self, images: Images) -> NDArray[np.float64]:
        """(N, 28, 28) uint8 → probabilities (N, 10), where many images are compared and none is answered."""
        return self.manifest.calibration.probabilities(self.engine.compute_logits(images))

    def recognise(self, images: Images) -> Recognitions:
        """(N, 28, 28) uint8 → N recognitions; doubtful images are looked at twice, then exactly."""
        engine, calibration = self.engine, self.manifest.calibration
        logits = average_doubtful_views(engine.compute_exact_logits, images, engine.compute_logits(images), calibration)
        return Recognitions(calibration.probabilities(logits), calibration.digit_scores(logits))
