"""Explains a prediction: which parts of an image speak for the predicted digit, and which against it.

A black window slides over the image. If the digit becomes less probable while a part is covered, that part speaks for
the digit. All covered images go through the engine as one batch. Zeiler and Fergus 2014, §4.2.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.inference.recogniser import Recogniser
from shared.recognition.normalisation import SIDE, Images
from shared.recognition.preprocessing import Image

WINDOW, STEP = 7, 3  # pixels: a stroke is 2 to 4 wide, and with these values the windows reach all four edges
STARTS = range(0, SIDE - WINDOW + 1, STEP)  # 8 per side
WINDOWS = [np.s_[top : top + WINDOW, left : left + WINDOW] for top in STARTS for left in STARTS]  # 64
EXPLANATION_UNITS = 1 + len(WINDOWS) // 2  # images per explanation, estimated: about half of the windows contain ink
MIN_LOG_ODDS = 1e-3  # if no pixel changes the log-odds by more than this, all of them count as 0

Saliency = NDArray[np.float32]  # (28, 28) in -1..1; positive values speak for the digit


def explain(recogniser: Recogniser, image: Image, digit: int) -> Saliency:
    """(28, 28) uint8 → saliency of `digit`, the predicted one: the drop of its log-odds while a pixel is covered."""
    inked = [number for number, window in enumerate(WINDOWS) if image[window].any()]  # covering black changes nothing
    images = np.concatenate([image[None], cover(image, inked)])
    odds = log_odds(recogniser.compute_probabilities(images)[:, digit])
    drops = np.zeros(len(WINDOWS))
    drops[inked] = odds[0] - odds[1:]
    return spread_over_pixels(drops)


def cover(image: Image, windows: Sequence[int]) -> Images:
    """(28, 28) → (N, 28, 28): N copies, each with one of these windows black. `windows` are indices into WINDOWS."""
    covered = np.repeat(image[None], len(windows), axis=0)
    for index, number in enumerate(windows):
        covered[index][WINDOWS[number]] = 0
    return covered


def log_odds(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds of each probability. Values near 0 and 1 are clipped, so that the results are finite."""
    clipped = probabilities.clip(1e-9, 1 - 1e-9)
    return np.asarray(np.log(clipped / (1 - clipped)))


def spread_over_pixels(drops: NDArray[np.float64]) -> Saliency:
    """(64,) drops, one per window → (28, 28): a pixel's mean over its windows, scaled so that the largest is ±1."""
    total, windows = np.zeros((SIDE, SIDE)), np.zeros((SIDE, SIDE))
    for drop, window in zip(drops, WINDOWS, strict=True):
        total[window] += drop
        windows[window] += 1
    mean = total / windows
    strongest = float(np.abs(mean).max())
    return np.asarray(mean / strongest if strongest > MIN_LOG_ODDS else np.zeros_like(mean), np.float32)
