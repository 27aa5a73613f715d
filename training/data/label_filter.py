"""Leaves out pen digits that are mislabelled, before training. Validation and test data stay as they were collected.

Some files of pen strokes lost strokes: a four without its second stroke is a bar, and training on it teaches that
ones are fours. A bar is found by its shape. Other wrong labels are found by a trained version that gives the label
less than even odds (after Brodley and Friedl 1999, "Identifying Mislabeled Training Data"). A writer who writes one
digit in such a way several times means it: that is a style which the version has yet to learn.
"""

import logging
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from training.data.augmentation.pen import draw_points, resample
from training.data.labelled_images import LabelledImages
from training.data.pen_characters import PenCharacter
from training.data.sources import as_stroke_source

Answer = Callable[[Tensor], Tensor]  # images (B, 28, 28) in 0..255 → logits (B, 10) of a trained version

log = logging.getLogger(__name__)

WIDTHS_PX = (2.0, 3.0, 4.5)  # pens with which each digit is shown to the version
LEAST_PROBABILITY = 0.5  # least probability of the label, averaged over the pens
STYLE = 3  # as many doubtful digits with the same label by one writer are right
LEAST_READABLE = 0.05  # the same for digits cut out of pages; their labels are right, but some are spoiled
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
    """Return the digits to whose label the version gives a probability of at least 0.5, and styles of a writer."""
    source = as_stroke_source(digits)
    probabilities_of_labels: list[float] = []
    for points, labels in zip(source.points.split(BATCH), source.labels.split(BATCH), strict=True):
        drawings = [draw_points(points, torch.full((len(points),), width)) for width in WIDTHS_PX]
        probabilities = torch.stack([answer(images).softmax(1) for images in drawings]).mean(0)
        probabilities_of_labels.extend(probabilities.gather(1, labels[:, None]).squeeze(1).tolist())
    doubted = np.array(probabilities_of_labels) < LEAST_PROBABILITY
    styles = Counter((d.writer, d.label) for d, doubtful in zip(digits, doubted, strict=True) if doubtful)
    kept = [
        d for d, doubtful in zip(digits, doubted, strict=True) if not doubtful or styles[d.writer, d.label] >= STYLE
    ]
    log.info("left out %d of %d pen digits: the label filter doubts them", len(digits) - len(kept), len(digits))
    return kept


def leave_out_unreadable(digits: LabelledImages, answer: Answer) -> LabelledImages:
    """Return the images to whose label the version gives a probability of at least 0.05."""
    images, labels = torch.from_numpy(digits.images).split(BATCH), torch.from_numpy(digits.labels).split(BATCH)
    shares = [
        answer(some.float()).softmax(1).gather(1, known[:, None]).squeeze(1)
        for some, known in zip(images, labels, strict=True)
    ]
    kept = (torch.cat(shares) >= LEAST_READABLE).numpy()
    log.info("left out %d of %d cut digits: the label filter cannot read them", (~kept).sum(), len(kept))
    return LabelledImages(digits.images[kept], digits.labels[kept])
