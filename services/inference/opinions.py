"""Joins what two networks think of a digit: the reader sees it in its surroundings, the recogniser alone.

Probabilities and scores of both come in, one of each goes out. Together they are right more often than each of them.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.inference.recogniser import Recognitions
from shared.recognition.page.mark import Mark
from shared.recognition.reader_calibration import ReaderCalibration

Probabilities = NDArray[np.float64]  # (N, 10), rows sum to 1

ALONE_SHARE = 0.15  # how much the recogniser counts: it does not see what touches the digit
LEAST_PROBABILITY = 1e-4  # a network that rules a digit out may be wrong


@dataclass(frozen=True)
class Opinion:
    """What the reader thinks of one digit: its probabilities (10,), and how much it looks like a digit, 0 to 1."""

    probabilities: NDArray[np.float32]
    digit_score: float


def make_opinion(mark: Mark, calibration: ReaderCalibration) -> Opinion:
    """The opinion behind a mark. A score at the threshold becomes a digit score of 0.5. ValueError for a separator."""
    if mark.probabilities is None:
        raise ValueError("a separator is no digit")
    above = (mark.score - calibration.digit_threshold) / (1 - calibration.digit_threshold)
    return Opinion(mark.probabilities, float(np.clip(0.5 + above / 2, 0, 1)))


def combine(alone: Recognitions, opinions: list[Opinion | None]) -> Recognitions:
    """The results for N images with N opinions. An image without an opinion keeps its result."""
    places = [place for place, opinion in enumerate(opinions) if opinion is not None]
    given = [opinion for opinion in opinions if opinion is not None]
    if not given:
        return alone
    probabilities, scores = alone.probabilities.copy(), alone.digit_scores.copy()
    on_page = np.stack([opinion.probabilities for opinion in given]).astype(np.float64)
    probabilities[places] = _average(alone.probabilities[places], on_page)
    scores[places] = [opinion.digit_score for opinion in given]
    return replace(alone, probabilities=probabilities, digit_scores=scores)


def _average(alone: Probabilities, on_page: Probabilities) -> Probabilities:
    """The weighted geometric mean."""
    logs = [np.log(np.maximum(each, LEAST_PROBABILITY)) for each in (alone, on_page)]
    together = np.exp(ALONE_SHARE * logs[0] + (1 - ALONE_SHARE) * logs[1])
    return np.asarray(together / together.sum(axis=1, keepdims=True))
