"""How dark the writing and the printed frames of one sheet are."""

from dataclasses import dataclass, replace

import cv2

from training.rendering.pages.sheet import Levels, Random

LEAST_CONTRAST = 0.33  # between writing and paper / level of the paper; the network is not taught what nobody can read
PATTERN_CONTRAST = 2.0  # the least contrast / standard deviation of the paper, so that digits stand out from patterns


@dataclass(frozen=True)
class Ink:
    """The shares by which writing and printed frames move the paper to the grey level `target`."""

    writing: float
    frame: float
    target: float


def choose_ink(random: Random) -> Ink:
    """Pencil to marker; frames may be fainter or stronger than the writing."""
    writing = random.uniform(0.75, 1.0) if random.random() < 0.6 else random.uniform(0.3, 0.8)
    frame = random.uniform(0.1, 1.0)
    return Ink(float(writing), float(frame), float(random.choice([0, 0, 0, 30, 60])))


def strengthen(ink: Ink, paper: Levels) -> Ink:
    """The ink with writing dark enough that a person can read it on that paper, with its pattern and guides."""
    mean, deviation = (float(value.item()) for value in cv2.meanStdDev(paper))
    least = (LEAST_CONTRAST * mean + PATTERN_CONTRAST * deviation) / max(1.0, mean - ink.target)
    return replace(ink, writing=min(1.0, max(ink.writing, least)))
