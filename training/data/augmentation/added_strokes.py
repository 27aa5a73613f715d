"""Pen digits with the strokes that some people add: zeros slashed, sevens crossed, ones with a flag and a foot.

What embellishment.py draws into images, written here as strokes of their own, so that the digit is then placed, bent
and drawn with any pen as one that was written so.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.random import Generator

from training.data.pen_characters import PenCharacter, Points

UPRIGHT = 0.35  # a bare one is at most this wide over its height
CURVE = 0.12  # of a stroke's length: how far its middle lies off the straight line


def add_strokes(characters: Sequence[PenCharacter], random: Generator) -> list[PenCharacter]:
    """A new character for every zero, seven and bare one that was written in one stroke; others may have theirs."""
    return [
        replace(character, strokes=(character.strokes[0], *added))
        for character in characters
        if len(character.strokes) == 1
        if (added := _strokes_for(character.label, character.strokes[0], random))
    ]


def _strokes_for(label: int | str, written: Points, random: Generator) -> list[Points]:
    """What may be added to that digit; nothing to others."""
    low, high = written.min(axis=0), written.max(axis=0)
    middle, half = (low + high) / 2, np.maximum((high - low) / 2, 1)
    if label == 0:
        return [_slash(middle, half, random)]
    if label == 7:
        return [_crossbar(middle, half, random)]
    if label == 1 and half[0] <= UPRIGHT * half[1]:
        flag, foot = _flag(written, half, random), _foot(written, half, random)
        return [[flag], [foot], [flag, foot]][random.integers(3)]
    return []


def _slash(middle: Points, half: Points, random: Generator) -> Points:
    """From lower left to upper right; a level one (⊖) reaches past the ring, since inside it would make an eight."""
    angle = random.uniform(-0.3, 1.5)
    direction = np.array([np.cos(angle), -np.sin(angle)])
    radius = 1 / np.linalg.norm(direction / half)  # from the middle to the ring, an ellipse
    shortest, longest = (1.2, 1.8) if angle < 0.5 else (0.75, 2.0)
    below, above = radius * random.uniform(shortest, longest, 2)
    return _stroke(middle - direction * below, middle + direction * above, random)


def _crossbar(middle: Points, half: Points, random: Generator) -> Points:
    centre = middle + half * random.uniform((-0.2, -0.15), (0.4, 0.35))
    reach = max(half[0], 0.5 * half[1]) * random.uniform(0.35, 0.9, 2)
    slope = np.array([1.0, random.uniform(-0.3, 0.12)])
    return _stroke(centre - slope * reach[0], centre + slope * reach[1], random)


def _flag(written: Points, half: Points, random: Generator) -> Points:
    """From the top down to the left, at times nearly to the foot; the longer, the steeper, or it would be a seven."""
    top = written[written[:, 1].argmin()]
    length = random.uniform(0.35, 1.8)
    angle = np.deg2rad(random.uniform(20 + 20 * length, 65))
    return _stroke(top, top + half[1] * length * np.array([-np.cos(angle), np.sin(angle)]), random)


def _foot(written: Points, half: Points, random: Generator) -> Points:
    """A level line under it, at times as long as the one is high."""
    bottom = written[written[:, 1].argmax()]
    reach = half[1] * random.uniform(0.3, 1.0) * random.uniform(0.7, 1.0, 2)
    slope = np.array([1.0, random.uniform(-0.12, 0.12)])
    return _stroke(bottom - slope * reach[0], bottom + slope * reach[1], random)


def _stroke(start: Points, end: Points, random: Generator) -> Points:
    """(24, 2): from one to the other, slightly curved as a hand draws it."""
    share = np.linspace(0, 1, 24)[:, None]
    off = (end - start)[::-1] * (-1, 1) * random.normal(0, CURVE / 2)
    return np.asarray(start + (end - start) * share + off * 4 * share * (1 - share), np.float32)
