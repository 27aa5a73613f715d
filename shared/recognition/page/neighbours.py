"""Marks of digits → those that are kept. A doubtful mark counts if it stands beside a sure digit of its height.

A 1 alone looks like a stroke, a 1 in a number does not. The reader network judges each place for itself, so this rule
lets the number speak for its digits.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shared.recognition.page.mark import Mark

# Chosen on composed validation pages.
DOUBTFUL_SHARE = 0.8  # of the threshold: least score of a mark that counts beside a digit
HEIGHTS = 0.7  # least share of the heights of two neighbours
LEVEL = 0.6  # least overlap of their heights, as a share of the lower one
WIDEST_GAP = 0.8  # between them, as a share of the higher one


def keep_digits(digits: Sequence[Mark], threshold: float) -> list[Mark]:
    """The digits with at least that score, and doubtful ones that stand in a row with them, in the given order.

    Doubtful ones get the score `threshold`, the lowest that counts.
    """
    candidates = [mark for mark in digits if mark.score >= DOUBTFUL_SHARE * threshold]
    kept = np.array([mark.score >= threshold for mark in candidates], bool)
    boxes = np.array([[m.box.left, m.box.top, m.box.right, m.box.bottom] for m in candidates], np.float64).reshape(
        -1, 4
    )
    doubtful = np.flatnonzero(~kept)
    ahead = np.flatnonzero(kept).tolist() if len(doubtful) else []
    while ahead and len(doubtful):  # each digit that counts is looked at once
        beside = _find_neighbours(boxes[doubtful], boxes[ahead.pop()])
        kept[doubtful[beside]] = True
        ahead += doubtful[beside].tolist()
        doubtful = doubtful[~beside]
    counted = [mark for mark, counts in zip(candidates, kept.tolist(), strict=True) if counts]
    return [mark if mark.score >= threshold else replace(mark, score=threshold) for mark in counted]


def _find_neighbours(boxes: NDArray[np.float64], digit: NDArray[np.float64]) -> NDArray[np.bool_]:
    """boxes (N, 4): left, top, right, bottom → (N,): which stand beside the digit, on its line and as high."""
    left, top, right, bottom = digit
    heights, height = boxes[:, 3] - boxes[:, 1], bottom - top
    lower, higher = np.minimum(heights, height), np.maximum(heights, height)
    level = np.minimum(boxes[:, 3], bottom) - np.maximum(boxes[:, 1], top) >= LEVEL * lower
    gap = np.maximum(boxes[:, 0] - right, left - boxes[:, 2])
    near = (gap <= WIDEST_GAP * higher) & (gap > -0.5 * np.minimum(boxes[:, 2] - boxes[:, 0], right - left))
    return np.asarray(level & near & (lower >= HEIGHTS * higher))
