"""Pen digits that are no digits any more: a four that lost its second stroke is a bar, and teaches that ones are fours.

A version that reads them first tells which. It learned them as they are labelled, most likely, and still does not
see it: nobody does. After Brodley and Friedl 1999, «Identifying Mislabeled Training Data». Only for training: what
validates and tests stays as it was collected.
"""

import logging
from collections.abc import Sequence

import numpy as np
import torch

from training.augmentation.pen import draw_points, resample
from training.datasets.pen_strokes import PenCharacter
from training.sources import as_stroke_source
from training.teacher import Teacher

log = logging.getLogger(__name__)

WIDTHS_PX = (2.0, 3.0, 4.5)  # of the pens they are drawn with
LEAST = 0.5  # mean probability of the label
DRAWN_AT_ONCE = 500
STRAIGHT = 0.15  # deviation across over along: ones reach it, of other digits the slimmest three has 0.2


def leave_out_bars(digits: Sequence[PenCharacter]) -> list[PenCharacter]:
    """Those that are more than a straight line, and the ones, in the same order. It takes no judge to see that."""
    kept = [digit for digit in digits if not is_mislabelled_bar(digit)]
    log.info("%d of %d pen digits are left out: straight, and no ones", len(digits) - len(kept), len(digits))
    return kept


def is_mislabelled_bar(digit: PenCharacter) -> bool:
    """Whether all strokes together are one straight line, and labelled something else than one."""
    if digit.label == 1:
        return False
    points, _ = resample(digit.strokes)
    along, across = np.linalg.svd(points - points.mean(0), compute_uv=False)
    return bool(across < STRAIGHT * along)


def leave_out_doubtful(digits: Sequence[PenCharacter], judge: Teacher) -> list[PenCharacter]:
    """Those whose label the judge gives even odds or better, in the same order."""
    source = as_stroke_source(digits)
    believed = []
    for points, labels in zip(source.points.split(DRAWN_AT_ONCE), source.labels.split(DRAWN_AT_ONCE), strict=True):
        drawings = [draw_points(points, torch.full((len(points),), width)) for width in WIDTHS_PX]
        probabilities = torch.stack([judge.answer(images).softmax(1) for images in drawings]).mean(0)
        believed.extend(probabilities.gather(1, labels[:, None]).squeeze(1).tolist())
    kept = [digit for digit, belief in zip(digits, believed, strict=True) if belief >= LEAST]
    log.info("%d of %d pen digits are left out: the judge doubts their labels", len(digits) - len(kept), len(digits))
    return kept
