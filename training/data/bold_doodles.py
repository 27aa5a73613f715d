"""Makes doodles that are no digits even with a thick pen: hearts, question marks, ticks, blots, boxes, crosses.

With a thick pen many doodles of `doodles.py` run together and may look like a digit, so they have thin lines only.
Without bold ones a network accepted most bold hearts and question marks (docs/experiments.md). The shapes that measure
a model (`training/rendering/shapes.py`) are made by other code and must stay different.
"""

import numpy as np
from numpy.random import Generator

from training.data.doodles import make_arc, make_line, turn, vary_strokes
from training.data.pen_characters import PenCharacter, Points

MADE_UP = "made up, bold"  # name given as the writer
BLOT_LINES = 14  # lines of the zigzag that fills a blot


def make_bold_doodles(count: int, seed: int) -> list[PenCharacter]:
    """Return `count` doodles, going through all kinds in turn."""
    random = np.random.default_rng(seed)
    made = [vary_strokes(KINDS[index % len(KINDS)](random), random) for index in range(count)]
    return [PenCharacter("not a digit", MADE_UP, tuple(strokes)) for strokes in made]


def _make_heart(random: Generator) -> list[Points]:
    """Draw two lobes that meet in a point below, in one or two strokes."""
    lobe, depth = random.uniform(0.42, 0.56), random.uniform(0.9, 1.4)
    start = np.pi * random.uniform(0.0, 0.15)  # where the arc ends and the straight side begins, below the middle
    right = np.concatenate([make_arc((0.5, 0), (0.5, lobe), -np.pi, start), make_line((0, depth))])
    left = np.asarray(right * (-random.uniform(0.85, 1.15), 1), np.float32)
    return [right, left] if random.random() < 0.5 else [np.concatenate([left[::-1], right])]


def _make_question_mark(random: Generator) -> list[Points]:
    """Draw a hook, a stem and a dot that is well apart."""
    width, height = random.uniform(0.35, 0.6), random.uniform(0.4, 0.55)
    hook = make_arc((0, 0), (width, height), -np.pi * random.uniform(0.85, 1.15), np.pi * random.uniform(0.2, 0.45))
    stem = random.uniform(0.75, 1.1)
    size, below = random.uniform(0.02, 0.1), random.uniform(0.45, 0.7)
    dot = make_arc((random.normal(0, 0.05), stem + below), (size, size), 0, 7)
    return [np.concatenate([hook, make_line((random.normal(0, 0.05), stem))]), dot]


def _make_tick(random: Generator) -> list[Points]:
    """Draw a short line down and a long one up to the right, with a sharp or a soft bend."""
    rise, reach = random.uniform(0.8, 1.5), random.uniform(0.7, 1.3)
    short = random.uniform(0.3, 0.5)
    start, end = (-short * random.uniform(0.5, 1.2), -short * rise), (reach, -rise)
    if random.random() < 0.5:
        return [make_line(start, (0, 0), end)]
    bend = make_arc((0, -0.06), (0.06, 0.06), 2.6, 0.6)
    return [np.concatenate([make_line(start), bend, make_line(end)])]


def _make_blot(random: Generator) -> list[Points]:
    """Fill an uneven round area with a zigzag."""
    angles = np.linspace(0, 2 * np.pi, 90)
    waves = [random.normal(0, 0.28 / k) * np.cos(k * angles + random.uniform(0, 7)) for k in range(2, 6)]
    edge = np.stack([np.cos(angles), np.sin(angles)], 1) * (1 + np.sum(waves, axis=0)).clip(0.4)[:, None]
    edge = turn(edge * (1, random.uniform(0.85, 1.0)), random.uniform(0, np.pi))
    order = edge[:, 1].argsort()
    zigzag: list[Points] = []
    for number, rows in enumerate(np.array_split(edge[order], BLOT_LINES)):
        left, right = rows[:, 0].min(), rows[:, 0].max()
        y = rows[:, 1].mean()
        zigzag += [np.array((x, y)) for x in ((left, right) if number % 2 else (right, left))]
    return [np.concatenate([edge, np.stack(zigzag)])]


def _make_box(random: Generator) -> list[Points]:
    """Draw a box with sharp corners, in one stroke or four; sometimes with a smaller one or a line in it."""
    width, height = 1.0, random.uniform(0.8, 1.25)
    corners = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height), (0.0, 0.0)]
    if random.random() < 0.3:
        over = random.uniform(0, 0.12, 4)
        sides = [make_line(corners[k], corners[k + 1]) for k in range(4)]
        box = [side + (side - side[::-1]) * beyond for side, beyond in zip(sides, over, strict=True)]
    else:
        box = [make_line(*corners)]
    inside = random.random()
    if inside < 0.12:
        box.append(make_line(*corners) * random.uniform(0.4, 0.6) + (0.25 * width, 0.25 * height))
    elif inside < 0.24:
        box.append(make_line((0, height / 2), (width, height / 2)))
    return box


def _make_cross(random: Generator) -> list[Points]:
    """Draw two lines of about the same length that cross in the middle."""
    tilt, opening = random.uniform(0, np.pi), random.uniform(0.35, 0.65) * np.pi
    return [turn(make_line((-1, 0), (1, 0)), tilt), turn(make_line((-1, 0), (1, 0)), tilt + opening)]


KINDS = (  # hearts and question marks twice: they are the most like digits
    *(_make_heart, _make_heart, _make_question_mark, _make_question_mark),
    *(_make_tick, _make_blot, _make_box, _make_cross),
)
