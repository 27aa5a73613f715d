"""Lines → numbers: a line is split where a gap between two digits is as wide as a space.

Digits in the separate boxes of a form (a comb) are one number although they lie far apart: they have equal distances.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from shared.recognition.page.arrangement.page_digits import PageDigits
from shared.recognition.page.arrangement.separators import Slots

LEAST_COMB, LEAST_COMB_IN_TEXT = 3, 4  # boxes; among ordinary numbers, three single digits are three numbers
FITTING = 0.45  # share of the distance by which the next one may differ
LARGEST_PITCH = 3.5  # distance of two boxes of a comb, in digit heights
# Root mean square by which digits miss the middles of their boxes, as a share of the distance of the boxes.
OFF_PLACE = {3: 0.06, 4: 0.09}
LONG_OFF_PLACE = 0.12  # the same for longer combs
EVEN_GAPS = 3.0  # digits whose gaps are so many times as even as their middles are not in boxes


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


def join_combs(groups: Sequence[Group], digits: PageDigits, least: int = LEAST_COMB) -> list[Group]:
    """Join groups of a line whose digits, at least `least`, stand at equal distances, as in the boxes of a form."""
    joined: list[Group] = []
    run: list[Group] = []
    for group in groups:
        if run and not (_is_plain(group) and _is_plain(run[-1]) and _goes_on(run, group, digits)):
            joined.extend(_close(run, digits, least))
            run = []
        run.append(group)
    return joined + _close(run, digits, least)


def _is_plain(group: Group) -> bool:
    return not group.separators


def _goes_on(run: Sequence[Group], group: Group, digits: PageDigits) -> bool:
    """Whether the group's digits are about as far from each other and from the run as the digits of the run are."""
    first, last, new = (float(digits.x[each]) for each in (run[0].digits[0], run[-1].digits[-1], group.digits[0]))
    inside = sum(len(each.digits) for each in run) - 1
    pitches = np.diff(digits.x[[run[-1].digits[-1], *group.digits]])
    pitch = (last - first) / inside if inside else new - last
    return bool((abs(pitches - pitch) < FITTING * pitch).all())


def _close(run: Sequence[Group], digits: PageDigits, least: int) -> list[Group]:
    """One group if the run is a comb, else the run."""
    members = [digit for group in run for digit in group.digits]
    if len(run) < 2 or len(members) < least:
        return list(run)
    places = np.arange(len(members))
    pitch, start = np.polyfit(places, digits.x[members], 1)
    off = float(np.sqrt(np.mean((digits.x[members] - start - pitch * places) ** 2)))
    height = float(np.median(digits.height[members]))
    if off > OFF_PLACE.get(len(members), LONG_OFF_PLACE) * pitch or pitch > LARGEST_PITCH * height:
        return list(run)
    return list(run) if off > EVEN_GAPS * _measure_gap_spread(run, digits) else [Group(tuple(members))]


def _measure_gap_spread(run: Sequence[Group], digits: PageDigits) -> float:
    """The standard deviation of the gaps inside the groups; infinite if there are too few.

    In boxes the middles of digits have equal distances, on a line their edges do.
    """
    inside = [pair for group in run for pair in pairwise(group.digits)]
    gaps = [float(digits.left[after] - digits.right[before]) for before, after in inside]
    return float(np.std(gaps)) if len(gaps) > 2 else np.inf
