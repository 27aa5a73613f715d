"""Digits → lines, from top to bottom, each from left to right.

Each digit, from left to right, joins the line that passes through it. A line follows its last digits, so it may bend or
slope more than the page. Lines may lie so close that their digits nearly touch.
"""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from shared.recognition.page.arrangement.page_digits import PageDigits
from shared.recognition.page.arrangement.pencil import Floats

LEAST_OVERLAP = 0.4  # of digit and line, as a share of the lower one; digits of one line have more than 0.6
FOLLOWING = 0.2  # least weight of the newest digit in the course of a line
STACKED_SHARE = 0.5  # a digit that covers so much of the line's last digit stands over or under it ...
STACKED_OFFSET = 0.35  # ... if it also is so much higher or lower, in digit heights
SEARCHED = 8  # nearest lines above and below


@dataclass
class _Course:
    """A line that is being followed: its `position` and `height` where it is now, and its last digit's edges."""

    members: list[int]
    position: float
    height: float
    left: float
    right: float


def find_lines(digits: PageDigits, positions: Floats) -> list[list[int]]:
    """Every digit is in one line. `positions` (N,) are those in the pencil of lines, in digit heights."""
    courses: list[_Course] = []  # sorted by position
    keys: list[float] = []
    for index in np.lexsort((positions, digits.x)).tolist():
        position, height = float(positions[index]), float(digits.height[index])
        left, right = float(digits.left[index]), float(digits.right[index])
        place = bisect_left(keys, position)
        found = _choose(courses, place, _Course([index], position, height, left, right))
        if found is None:
            course = _Course([index], position, height, left, right)
        else:
            course = courses.pop(found)
            del keys[found]
            course.members.append(index)
            weight = max(FOLLOWING, 1 / len(course.members))
            course.position += weight * (position - course.position)
            course.height += weight * (height - course.height)
            course.left, course.right = left, right
        place = bisect_left(keys, course.position)
        courses.insert(place, course)
        keys.insert(place, course.position)
    return sorted((course.members for course in courses), key=lambda line: (positions[line].mean(), line))


def _choose(courses: list[_Course], place: int, digit: _Course) -> int | None:
    """The course that passes nearest to the digit, which would be inserted at `place`."""
    near = range(max(0, place - SEARCHED), min(len(courses), place + SEARCHED))
    passing = [index for index in near if _passes(courses[index], digit)]
    return min(passing, key=lambda index: abs(courses[index].position - digit.position), default=None)


def _passes(course: _Course, digit: _Course) -> bool:
    """Whether the line passes through the digit."""
    offset = abs(course.position - digit.position)
    lower = min(course.height, digit.height)
    if min((course.height + digit.height) / 2 - offset, lower) < LEAST_OVERLAP * lower:
        return False
    covered = min(course.right, digit.right) - max(course.left, digit.left)
    narrower = min(course.right - course.left, digit.right - digit.left)
    return offset < STACKED_OFFSET * lower or covered < STACKED_SHARE * narrower
