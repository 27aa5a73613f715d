"""Adds the strokes that some people write to pen digits: slashed zeros, crossed sevens, ones with a flag or a foot.

`embellishment.py` draws the same strokes into images. Here they become strokes of the character, so that everything
later (bending, pen, photograph) treats the digit as if it had been written this way. Lengths and angles are set by
hand, so that no digit turns into another one.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.random import Generator

from training.data.pen_characters import PenCharacter, Points

MAX_ONE_WIDTH = 0.35  # width / height of a one without flag and foot
CURVATURE = 0.06  # standard deviation of a stroke's bend in the middle / its length
STROKE_POINTS = 24


def add_strokes(characters: Sequence[PenCharacter], random: Generator) -> list[PenCharacter]:
    """Return copies with added strokes of the zeros, sevens and ones that were written in one stroke.

    A digit of several strokes may already have such a stroke, and so may a wide one. These are left out, like all
    other labels.
    """
    return [
        replace(character, strokes=(character.strokes[0], *added))
        for character in characters
        if len(character.strokes) == 1
        if (added := _make_strokes(character.label, character.strokes[0], random))
    ]


def _make_strokes(label: int | str, written: Points, random: Generator) -> list[Points]:
    """Return the strokes to add to a digit that was written as `written` (P, 2). Other characters get none."""
    low, high = written.min(axis=0), written.max(axis=0)
    middle, half = (low + high) / 2, np.maximum((high - low) / 2, 1)  # centre and half size of the digit's box
    if label == 0:
        return [_make_slash(middle, half, random)]
    if label == 7:
        return [_make_crossbar(middle, half, random)]
    if label == 1 and half[0] <= MAX_ONE_WIDTH * half[1]:
        flag, foot = _make_flag(written, half, random), _make_foot(written, half, random)
        return [[flag], [foot], [flag, foot]][random.integers(3)]
    return []


def _make_slash(middle: Points, half: Points, random: Generator) -> Points:
    """Draw a slash through a zero, from lower left to upper right.

    A nearly horizontal slash extends beyond the ring on both sides. Inside the ring it would make an eight.
    """
    angle = random.uniform(-0.3, 1.5)  # radians; without flat slashes, most errors were zeros (docs/experiments.md)
    direction = np.array([np.cos(angle), -np.sin(angle)])
    radius = 1 / np.linalg.norm(direction / half)  # distance from the middle to the ring, if it is an ellipse
    shortest, longest = (1.2, 1.8) if angle < 0.5 else (0.75, 2.0)
    below, above = radius * random.uniform(shortest, longest, 2)
    return _make_stroke(middle - direction * below, middle + direction * above, random)


def _make_crossbar(middle: Points, half: Points, random: Generator) -> Points:
    """Draw a nearly horizontal bar through the middle of a seven."""
    centre = middle + half * random.uniform((-0.2, -0.15), (0.4, 0.35))
    reach = max(half[0], 0.5 * half[1]) * random.uniform(0.35, 0.9, 2)
    slope = np.array([1.0, random.uniform(-0.3, 0.12)])
    return _make_stroke(centre - slope * reach[0], centre + slope * reach[1], random)


def _make_flag(written: Points, half: Points, random: Generator) -> Points:
    """Draw a flag from the top of a one down to the left, sometimes almost to its foot.

    A longer flag is steeper. A long flat one would make a seven.
    """
    top = written[written[:, 1].argmin()]
    length = random.uniform(0.35, 1.8)
    angle = np.deg2rad(random.uniform(20 + 20 * length, 65))
    return _make_stroke(top, top + half[1] * length * np.array([-np.cos(angle), np.sin(angle)]), random)


def _make_foot(written: Points, half: Points, random: Generator) -> Points:
    """Draw a nearly horizontal line under a one, at most as long as the one is high."""
    bottom = written[written[:, 1].argmax()]
    reach = half[1] * random.uniform(0.3, 1.0) * random.uniform(0.7, 1.0, 2)
    slope = np.array([1.0, random.uniform(-0.12, 0.12)])
    return _make_stroke(bottom - slope * reach[0], bottom + slope * reach[1], random)


def _make_stroke(start: Points, end: Points, random: Generator) -> Points:
    """Return a stroke (STROKE_POINTS, 2) from start to end, slightly curved like one drawn by hand."""
    progress = np.linspace(0, 1, STROKE_POINTS)[:, None]
    bend = (end - start)[::-1] * (-1, 1) * random.normal(0, CURVATURE)
    return np.asarray(start + (end - start) * progress + bend * 4 * progress * (1 - progress), np.float32)
