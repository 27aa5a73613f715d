"""Lines → numbers: a line is split where a gap between two digits is as wide as a space.

Digits in the separate boxes of a form (a comb) are one number although they lie far apart: they have equal distances.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.recognition.page.arrangement.page_digits import PageDigits
from shared.recognition.page.arrangement.separators import Slots

LEAST_COMB = 3  # boxes
FITTING = 0.4  # share of the distance by which the next one may differ
LARGEST_PITCH = 3.5  # distance of two boxes of a comb, in digit heights
PITCH_SPREAD = {3: 0.06, 4: 0.1}  # standard deviation / mean of the distances in a comb of so many boxes
LONG_SPREAD = 0.13  # the same for longer combs


@dataclass(frozen=True)
class Group:
    """Digits of one number, in order, and its separators: (place in the separators, digits before it)."""

    digits: tuple[int, ...]
    separators: tuple[tuple[int, int], ...] = ()


def split_line(line: Sequence[int], number: int, joins: Sequence[bool], slots: Slots) -> list[Group]:
    """`joins[i]` says whether digit i of the line and the next one belong together. `number` is that of the line."""
    groups: list[Group] = []
    digits: list[int] = []
    separators: list[tuple[int, int]] = []
    for place, digit in enumerate(line):
        digits.append(digit)
        if place < len(joins) and joins[place]:
            if (number, place) in slots:
                separators.append((slots[number, place], len(digits)))
            continue
        groups.append(Group(tuple(digits), tuple(separators)))
        digits, separators = [], []
    return groups


def join_combs(groups: Sequence[Group], digits: PageDigits) -> list[Group]:
    """Join single digits of a line that stand at equal distances, as in the boxes of a form."""
    joined: list[Group] = []
    run: list[Group] = []
    for group in [*groups, None]:
        if group is not None and len(group.digits) == 1 and (not run or _fits(run, group, digits)):
            run.append(group)
            continue
        joined.extend(_close(run, digits))
        run = []
        if group is not None and len(group.digits) == 1:
            run = [group]
        elif group is not None:
            joined.append(group)
    return joined


def _fits(run: Sequence[Group], group: Group, digits: PageDigits) -> bool:
    """Whether the digit is about as far from the run's last one as those are from each other."""
    first, last, new = (float(digits.x[each.digits[0]]) for each in (run[0], run[-1], group))
    if len(run) == 1:
        return True
    pitch = (last - first) / (len(run) - 1)
    return abs(new - last - pitch) < FITTING * pitch


def _close(run: Sequence[Group], digits: PageDigits) -> list[Group]:
    """One group if the run is a comb, else the run."""
    members = [group.digits[0] for group in run]
    if len(run) < LEAST_COMB:
        return list(run)
    pitches = np.diff(digits.x[members])
    spread = float(pitches.std() / pitches.mean()) if pitches.mean() > 0 else 1.0
    height = float(np.median(digits.height[members]))
    if spread > PITCH_SPREAD.get(len(run), LONG_SPREAD) or pitches.mean() > LARGEST_PITCH * height:
        return list(run)
    return [Group(tuple(members))]
