"""What the version in shadow is asked: what it would have shown for images that the version in use has answered."""

from dataclasses import dataclass

import numpy as np

from services.inference.networks import Networks
from services.inference.opinions import combine
from services.inference.prediction import Measured, Prepared
from shared.recognition.calibration import Calibration

Shown = int | None  # a digit; None for "not a digit"


def choose_shown(digit: int, digit_score: float, calibration: Calibration) -> Shown:
    """What a person gets to see of an answer."""
    return digit if digit_score >= calibration.digit_score_threshold else None


@dataclass(frozen=True)
class ShadowQuestion:
    """What would this version show for each of these images, of which there is at least one?"""

    prepared: tuple[Prepared, ...]

    @property
    def units(self) -> int:
        """Number of images."""
        return len(self.prepared)

    def answer(self, networks: Networks, measured: Measured) -> list[Shown]:
        """Read the images. Nothing is measured: the metrics of predictions are about those that somebody asked for."""
        del measured
        alone = networks.recogniser.recognise(np.stack([each.image for each in self.prepared]))
        joined = combine(alone, [each.opinion for each in self.prepared])
        calibration = networks.recogniser.manifest.calibration
        pairs = zip(joined.digits.tolist(), joined.digit_scores.tolist(), strict=True)
        return [choose_shown(digit, score, calibration) for digit, score in pairs]
