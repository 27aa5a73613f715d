"""A doubtful image is looked at again, turned and moved a little: what its seven views are read as on average counts.

Few images are doubtful, and most of what is misread is among them. What is no digit need not be looked at again. After
Krizhevsky et al. 2012, §4.1, who average over the views of every image.
"""

from collections.abc import Callable

import cv2
import numpy as np

from shared.recognition.calibration import Calibration, Logits
from shared.recognition.normalisation import SIDE, Images

DOUBTFUL_BELOW = 0.8  # confidence; others were tried, docs/decisions/0021-second-look.md
TURNS_DEG = (-8.0, 8.0)
MOVES_PX = ((1, 0), (-1, 0), (0, 1), (0, -1))

Look = Callable[[Images], Logits]


def _make_transforms() -> list[cv2.typing.MatLike]:
    """(2, 3) each, for cv2.warpAffine."""
    middle = ((SIDE - 1) / 2, (SIDE - 1) / 2)
    turns = [cv2.getRotationMatrix2D(middle, degrees, 1.0) for degrees in TURNS_DEG]
    return turns + [np.array([[1.0, 0.0, right], [0.0, 1.0, down]]) for right, down in MOVES_PX]


TRANSFORMS = _make_transforms()


def look_twice(look: Look, images: Images, calibration: Calibration) -> Logits:
    """(N, 28, 28) uint8 → (N, 10), doubtful images looked at again."""
    return look_again(look, images, look(images), calibration)


def look_again(look: Look, images: Images, logits: Logits, calibration: Calibration) -> Logits:
    """`logits` (N, 10) are what the first look gave; those of doubtful images become the mean over all their views."""
    unsure = calibration.probabilities(logits).max(axis=1) < calibration.doubtful_below
    if not unsure.any():
        return logits
    doubtful = unsure & (calibration.digit_scores(logits) >= calibration.digit_score_threshold)
    if not doubtful.any():
        return logits
    views = make_views(images[doubtful])
    total = look(views.reshape(-1, SIDE, SIDE)).reshape(*views.shape[:2], -1).sum(axis=1)
    averaged = logits.copy()
    averaged[doubtful] = (logits[doubtful] + total) / (1 + len(TRANSFORMS))
    return averaged


def make_views(images: Images) -> Images:
    """(N, 28, 28) uint8 → (N, 6, 28, 28) uint8: each turned and moved; what was outside is black."""
    return np.stack([[cv2.warpAffine(image, each, (SIDE, SIDE)) for each in TRANSFORMS] for image in images])
