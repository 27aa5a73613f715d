"""Why an image was read as it was: how much each spot of it speaks for the digit, by covering it up.

A window slides over the image; where covering it makes the digit less probable, the spot spoke for it. One batch of
images through whatever engine serves. Zeiler and Fergus 2014, §4.2.
"""

import numpy as np
from numpy.typing import NDArray

from services.inference.recogniser import Recogniser
from shared.recognition.normalisation import SIDE, Images
from shared.recognition.preprocessing import Image

WINDOW, STEP = 6, 2  # pixels: a line is 2 to 4 wide
STARTS = range(0, SIDE - WINDOW + 1, STEP)  # 12 a side
WINDOWS = [np.s_[top : top + WINDOW, left : left + WINDOW] for top in STARTS for left in STARTS]  # 144
FAINTEST = 1e-3  # log-odds; below this nothing speaks for or against

Saliency = NDArray[np.float32]  # (28, 28) in -1..1


def explain(recogniser: Recogniser, image: Image) -> Saliency:
    """The change of the log-odds of the digit when a spot is covered, averaged over the windows that cover a pixel."""
    images = np.concatenate([image[None], cover(image)])
    probabilities = recogniser.recognise(images).probabilities
    digit = int(probabilities[0].argmax())
    odds = log_odds(probabilities[:, digit])
    return spread_out(odds[0] - odds[1:])


def cover(image: Image) -> Images:
    """(28, 28) → (144, 28, 28): one window blackened in each, in the order of WINDOWS."""
    covered = np.repeat(image[None], len(WINDOWS), axis=0)
    for index, window in enumerate(WINDOWS):
        covered[index][window] = 0
    return covered


def log_odds(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each; certainty is bounded, so that differences are finite."""
    clipped = probabilities.clip(1e-9, 1 - 1e-9)
    return np.asarray(np.log(clipped / (1 - clipped)))


def spread_out(drops: NDArray[np.float64]) -> Saliency:
    """(144,), one a window → one a pixel: the mean of the windows that cover it, the strongest ±1."""
    total, windows = np.zeros((SIDE, SIDE)), np.zeros((SIDE, SIDE))
    for drop, window in zip(drops, WINDOWS, strict=True):
        total[window] += drop
        windows[window] += 1
    mean = total / windows
    strongest = float(np.abs(mean).max())
    return np.asarray(mean / strongest if strongest > FAINTEST else np.zeros_like(mean), np.float32)
