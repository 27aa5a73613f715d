"""Why an image was read as it was: how much each spot of it speaks for the digit, by covering it up.

A window slides over the image; where covering it makes the digit less probable, the spot spoke for it. One batch of
images through whatever engine serves, each looked at once. Zeiler and Fergus 2014, §4.2.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.inference.recogniser import Recogniser
from shared.recognition.normalisation import SIDE, Images
from shared.recognition.preprocessing import Image

WINDOW, STEP = 7, 3  # pixels: a line is 2 to 4 wide, and the windows reach all four edges
STARTS = range(0, SIDE - WINDOW + 1, STEP)  # 8 a side
WINDOWS = [np.s_[top : top + WINDOW, left : left + WINDOW] for top in STARTS for left in STARTS]  # 64
EXPLAINED_SIZE = 1 + len(WINDOWS) // 2  # images that an explanation takes, about: half of the windows hold ink
FAINTEST = 1e-3  # log-odds; below this nothing speaks for or against

Saliency = NDArray[np.float32]  # (28, 28) in -1..1


def explain(recogniser: Recogniser, image: Image, digit: int) -> Saliency:
    """How covering a spot changes the log-odds of `digit`, which it was read as; a pixel's mean over its windows."""
    inked = [number for number, window in enumerate(WINDOWS) if image[window].any()]  # covering the rest does nothing
    images = np.concatenate([image[None], cover(image, inked)])
    odds = log_odds(recogniser.look_once(images)[:, digit])
    drops = np.zeros(len(WINDOWS))
    drops[inked] = odds[0] - odds[1:]
    return spread_out(drops)


def cover(image: Image, windows: Sequence[int]) -> Images:
    """(28, 28) → (N, 28, 28): one of these of the WINDOWS blackened in each."""
    covered = np.repeat(image[None], len(windows), axis=0)
    for index, number in enumerate(windows):
        covered[index][WINDOWS[number]] = 0
    return covered


def log_odds(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each; certainty is bounded, so that differences are finite."""
    clipped = probabilities.clip(1e-9, 1 - 1e-9)
    return np.asarray(np.log(clipped / (1 - clipped)))


def spread_out(drops: NDArray[np.float64]) -> Saliency:
    """(64,), one a window → one a pixel: the mean of the windows that cover it, the strongest ±1."""
    total, windows = np.zeros((SIDE, SIDE)), np.zeros((SIDE, SIDE))
    for drop, window in zip(drops, WINDOWS, strict=True):
        total[window] += drop
        windows[window] += 1
    mean = total / windows
    strongest = float(np.abs(mean).max())
    return np.asarray(mean / strongest if strongest > FAINTEST else np.zeros_like(mean), np.float32)
