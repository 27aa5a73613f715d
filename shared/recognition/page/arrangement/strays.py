"""Lines of one or two digits that belong to the line above or below → joined with it.

In the cells of a grid people write higher and lower than on a line, so that a digit may miss its line by half its
height. Whether it does so shows in the distance of the lines.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence

import numpy as np

from shared.recognition.page.arrangement.page_digits import PageDigits
from shared.recognition.page.arrangement.pencil import Floats

LONGEST_STRAY = 2  # digits
LEAST_LINE = 3  # digits of a line that strays may join
REACH = 0.8  # digit heights between a stray and its line
STEP_SHARE = 0.42  # the same as a share of the distance of two lines
OVERLAP = 0.1  # digit heights by which a stray may reach over its neighbours


def join_strays(lines: Sequence[Sequence[int]], digits: PageDigits, positions: Floats) -> list[list[int]]:
    """`lines` from top to bottom, `positions` (N,) of the digits in the pencil of lines. No digit gets lost."""
    steps = np.diff([positions[line].mean() for line in lines if len(line) >= LEAST_LINE])
    reach = min(REACH, STEP_SHARE * float(np.median(steps))) if len(steps) else REACH
    joined = [list(line) for line in lines]
    for number, line in enumerate(lines):
        if len(line) > LONGEST_STRAY:
            continue
        beside = [other for other in (number - 1, number + 1) if 0 <= other < len(lines)]
        offsets = [
            (_measure_offset(line, joined[other], digits, positions), other)
            for other in beside
            if len(joined[other]) >= LEAST_LINE
        ]
        if offsets and min(offsets)[0] < reach:
            target = joined[min(offsets)[1]]
            for digit in line:
                insort(target, digit, key=lambda index: digits.x[index])
            joined[number] = []
    return [line for line in joined if line]


def _measure_offset(stray: Sequence[int], line: Sequence[int], digits: PageDigits, positions: Floats) -> float:
    """How far the stray lies above or below its neighbours in the line; infinite if it has no room between them."""
    offset = 0.0
    for digit in stray:
        place = bisect_left(line, digits.x[digit], key=lambda index: digits.x[index])
        neighbours = list(line[max(0, place - 1) : place + 1])
        for other in neighbours:
            reach = min(digits.right[digit], digits.right[other]) - max(digits.left[digit], digits.left[other])
            if reach > OVERLAP:
                return np.inf
        offset = max(offset, abs(float(positions[digit] - positions[neighbours].mean())))
    return offset
