"""Measures the gaps between neighbouring digits, and how wide a gap must be to separate two numbers.

Some people write digits apart and others let them touch. Therefore a space is a gap that is clearly wider than the gaps
inside the numbers of the same line or page.
"""

from collections.abc import Sequence

import numpy as np

from shared.recognition.page.arrangement.page_digits import PageDigits
from shared.recognition.page.arrangement.pencil import Floats

# In digit heights. Measured on composed pages of training/rendering/pages, where spaces are 0.5 to 0.9 wider than gaps.
LEAST_WIDTH = 0.25  # a one is as narrow as its stroke, but people leave room around it
LARGEST_INSIDE = 0.75  # wider gaps are not inside a number, except in a comb
USUAL_INSIDE = 0.15  # if the page has no gap inside a number
SPACE = 0.4  # by which a space is wider than a gap inside a number
WINDOW = 0.2  # the threshold may move so far, into the widest interval that no gap falls into
TEXT_GAP = 0.35  # most gaps between digits in boxes are wider
ENOUGH = 3  # gaps of a line that say how this line is written


def measure_gaps(digits: PageDigits, line: Sequence[int]) -> Floats:
    """(len(line) - 1,): gaps between neighbours, in heights of this line; negative where digits overlap."""
    if len(line) == 1:
        return np.zeros(0)
    members = np.asarray(line)
    height = max(float(np.median(digits.height[members])), 1e-6)
    half = np.maximum((digits.right - digits.left)[members] / 2, LEAST_WIDTH * height / 2)
    return np.asarray((np.diff(digits.x[members]) - half[:-1] - half[1:]) / height)


def find_thresholds(gaps: Sequence[Floats]) -> list[float]:
    """The gaps of each line, without those that hold a separator → for each line, the narrowest space."""
    page = np.concatenate(list(gaps)) if gaps else np.zeros(0)
    inside = page[page < LARGEST_INSIDE]
    usual = _find_lower(inside) if len(inside) else USUAL_INSIDE
    thresholds = []
    for line in gaps:
        inside = line[line < LARGEST_INSIDE]
        if len(inside) >= ENOUGH:
            thresholds.append(_settle(max(_find_lower(inside), 0.0) + SPACE, line))
        else:
            thresholds.append(_settle(max(usual, 0.0) + SPACE, page))
    return thresholds


def is_text(gaps: Floats) -> bool:
    """Whether the gaps (N,) of a page are those of ordinary numbers, and not of digits in boxes."""
    inside = gaps[gaps < LARGEST_INSIDE]
    return len(inside) >= ENOUGH and float(np.median(inside)) < TEXT_GAP


def _find_lower(gaps: Floats) -> float:
    """A typical gap inside a number, where a few of the gaps may be spaces."""
    return float(np.quantile(gaps, 0.4))


def _settle(threshold: float, gaps: Floats) -> float:
    """Move the threshold into the middle of the widest interval without gaps, as far as WINDOW allows."""
    low, high = threshold - WINDOW, threshold + WINDOW
    near = np.sort(gaps[(gaps > low) & (gaps < high)])
    if not len(near):
        return threshold
    edges = np.concatenate([[gaps[gaps <= low].max(initial=low - WINDOW)], near, [high]])
    widest = int(np.argmax(np.diff(edges)))
    return float(np.clip((edges[widest] + edges[widest + 1]) / 2, low, high))
