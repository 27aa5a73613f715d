"""Test-time augmentation: the logits of a doubtful image become the mean over seven views of it.

The views are the image itself, two small turns and four moves by a pixel. Only images with a low confidence are treated
this way, because they are few and most misread images are among them. Images that do not look like a digit are left
out. After Krizhevsky et al. 2012, §4.1, who average over the views of every image. Why: docs/decisions/0021.
"""

from collections.abc import Callable

import cv2
import numpy as np

from shared.recognition.calibration import Calibration, Logits
from shared.recognition.normalisation import SIDE, Images

DOUBTFUL_BELOW = 0.8  # confidence; decision 21 compares it with 0.6 and 0.99
TURNS_DEG = (-8.0, 8.0)
MOVES_PX = ((1, 0), (-1, 0), (0, 1), (0, -1))  # right and down

ComputeLogits = Callable[[Images], Logits]  # one pass of a network: (N, 28, 28) uint8 → (N, 10) float32


def _make_transforms() -> list[cv2.typing.MatLike]:
    """One (2, 3) matrix for cv2.warpAffine for each turn and each move."""
    middle = ((SIDE - 1) / 2, (SIDE - 1) / 2)
    turns = [cv2.getRotationMatrix2D(middle, degrees, 1.0) for degrees in TURNS_DEG]
    return turns + [np.array([[1.0, 0.0, right], [0.0, 1.0, down]]) for right, down in MOVES_PX]


TRANSFORMS = _make_transforms()


def compute_augmented_logits(compute_logits: ComputeLogits, images: Images, calibration: Calibration) -> Logits:
    """Images (N, 28, 28) uint8 → logits (N, 10), those of doubtful images averaged over their views."""
    return average_doubtful_views(compute_logits, images, compute_logits(images), calibration)


def average_doubtful_views(
    compute_logits: ComputeLogits, images: Images, logits: Logits, calibration: Calibration
) -> Logits:
    """Replaces the logits of doubtful images by the mean over their views. The others stay as they are.

    `logits` (N, 10) come from a single pass of `images` (N, 28, 28). An image is doubtful if its confidence is below
    `calibration.doubtful_below` while its digit score is not below the threshold.
    """
    unsure = calibration.probabilities(logits).max(axis=1) < calibration.doubtful_below
    if not unsure.any():
        return logits
    doubtful = unsure & (calibration.digit_scores(logits) >= calibration.digit_score_threshold)
    if not doubtful.any():
        return logits
    views = make_views(images[doubtful])  # (M, 6, 28, 28)
    total = compute_logits(views.reshape(-1, SIDE, SIDE)).reshape(*views.shape[:2], -1).sum(axis=1)  # (M, 10)
    averaged = logits.copy()
    averaged[doubtful] = (logits[doubtful] + total) / (1 + len(TRANSFORMS))
    return averaged


def make_views(images: Images) -> Images:
    """(N, 28, 28) uint8 → (N, 6, 28, 28) uint8: each image turned and moved, black where it has moved away."""
    return np.stack([[cv2.warpAffine(image, each, (SIDE, SIDE)) for each in TRANSFORMS] for image in images])
