"""Leaves out pen digits that are mislabelled, before training. Validation and test data stay as they were collected.

Some files of pen strokes lost strokes: a four without its second stroke is a bar, and training on it teaches that
ones are fours. A bar is found by its shape. Other wrong labels are found by a trained version that gives the label
less than even odds (after Brodley and Friedl 1999, "Identifying Mislabeled Training Data").
"""

import logging
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from training.data.augmentation.pen import draw_points, resample
from training.data.pen_characters import PenCharacter
from training.data.sources import as_stroke_source

Answer = Callable[[Tensor], Tensor]  # images (B, 28, 28) in 0..255 → logits (B, 10) of a trained version

log = logging.getLogger(__name__)

WIDTHS_PX = (2.0, 3.0, 4.5)  # pens with which each digit is shown to the version
LEAST_PROBABILITY = 0.5  # least probability of the label, averaged over the pens
BATCH = 500
STRAIGHT = 0.15  # spread across / spread along a straight line; ones reach it, the slimmest other digit (3) has 0.2


def leave_out_bars(digits: Sequence[PenCharacter]) -> list[PenCharacter]:
    """Return the digits without straight lines that are labelled as something else than a one."""
    kept = [digit for digit in digits if not is_mislabelled_bar(digit)]
    log.info("left out %d of %d pen digits: straight lines that are not ones", len(digits) - len(kept), len(digits))
    return kept


def is_mislabelled_bar(digit: PenCharacter) -> bool:
    """Return whether all strokes together are one straight line and the label is not one."""
    if digit.label == 1:
        return False
    points, _ = resample(digit.strokes)
    along, across = np.linalg.svd(points - points.mean(0), compute_uv=False)
    return bool(across < STRAIGHT * along)


def leave_out_doubtful(digits: Sequence[PenCharacter], answer: Answer) -> list[PenCharacter]:
    """Return the digits to whose label the version gives a probability of at least 0.5."""
    source = as_stroke_source(digits)
    probabilities_of_labels: list[float] = []
    for points, labels in zip(source.points.split(BATCH), source.labels.split(BATCH), strict=True):
        drawings = [draw_points(points, torch.full((len(points),), width)) for width in WIDTHS_PX]
        probabilities = torch.stack([answer(images).softmax(1) for images in drawings]).mean(0)
        probabilities_of_labels.extend(probabilities.gather(1, labels[:, None]).squeeze(1).tolist())
    kept = [d for d, share in zip(digits, probabilities_of_labels, strict=True) if share >= LEAST_PROBABILITY]
    log.info("left out %d of %d pen digits: the label filter doubts them", len(digits) - len(kept), len(digits))
    return kept
