"""What people draw that is no digit, as strokes: scribbles, faces, crosses, shapes, arrows, characters in a row.

Made from a seed, to learn «this does not look like a digit» from; letters come from files of pen strokes. Nothing
here may be read as a digit, so there is no bare ring (0), no upright line (1) and no slash of two strokes that meet
(7).
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import Generator

from training.data.pen_characters import PenCharacter, Points

MADE_UP = "made up"  # the writer of all of them


def make_doodles(count: int, characters: Sequence[PenCharacter], seed: int) -> list[PenCharacter]:
    """`count` of all kinds in equal parts; lines of text are of `characters`, and left out where there are none."""
    random = np.random.default_rng(seed)
    kinds: list[Callable[[], list[Points]]] = [
        *[lambda make=make: make(random) for make in KINDS],
        *([lambda: _text(characters, random)] * 3 if characters else []),
    ]
    made = [kinds[index % len(kinds)]() for index in range(count)]
    return [PenCharacter("not a digit", MADE_UP, tuple(_by_another_hand(strokes, random))) for strokes in made]


def _by_another_hand(strokes: list[Points], random: Generator) -> list[Points]:
    """Stretched and shaken, since nobody draws a circle with compasses."""
    stretch = random.uniform(0.75, 1.33, 2)
    return [
        np.asarray(_dense(stroke) * stretch + random.normal(0, 0.008, (len(_dense(stroke)), 2)), np.float32)
        for stroke in strokes
    ]


def _dense(stroke: Points) -> Points:
    """At least some forty points, so that shaking a straight line shakes it everywhere."""
    if len(stroke) >= 40:
        return stroke
    steps = np.linspace(0, len(stroke) - 1, 40)
    return np.stack([np.interp(steps, np.arange(len(stroke)), stroke[:, axis]) for axis in (0, 1)], 1).astype(
        np.float32
    )


def _arc(centre: Sequence[float], radius: Sequence[float], start: float, end: float) -> Points:
    angle = np.linspace(start, end, 40)
    return np.stack([centre[0] + radius[0] * np.cos(angle), centre[1] + radius[1] * np.sin(angle)], 1)


def _line(*points: Sequence[float]) -> Points:
    return np.array(points, np.float32)


def _scribble(random: Generator) -> list[Points]:
    """Back and forth, over and over."""
    turns = int(random.integers(5, 14))
    x = np.where(np.arange(turns) % 2, 1, 0) + random.normal(0, 0.15, turns)
    y = np.linspace(0, random.uniform(0.2, 1.2), turns) + random.normal(0, 0.06, turns)
    return [_turned(np.stack([x, y], 1), random.uniform(0, np.pi))]


def _knot(random: Generator) -> list[Points]:
    """A smooth line that crosses itself many times."""
    steps = np.linspace(0, 2 * np.pi * random.uniform(0.8, 1), 150)
    harmonics = np.arange(1, 7)
    size = random.normal(0, 1, (2, 6)) / np.sqrt(harmonics)
    phase = random.uniform(0, 2 * np.pi, (2, 6))
    waves = np.cos(steps[:, None, None] * harmonics * random.choice([1, 1.5, 2]) + phase)
    return [np.asarray((waves * size).sum(2), np.float32)]


def _face(random: Generator) -> list[Points]:
    smile = random.uniform(-0.5, 0.6)
    mouth = [(x, 0.35 + smile * (0.25 - x * x)) for x in np.linspace(-0.5, 0.5, 20)]
    eyes = [_arc((side * random.uniform(0.25, 0.4), -0.3), (0.06, 0.08), 0, 7) for side in (-1, 1)]
    parts = [_arc((0, 0), (1, 1), random.uniform(-2, 0), random.uniform(4.5, 6.5)), *eyes, _line(*mouth)]
    return parts if random.random() < 0.7 else [*parts, _line((0, -0.1), (0.05, 0.15))]


def _cross(random: Generator) -> list[Points]:
    tilt = random.uniform(0, np.pi)
    length = random.uniform(0.7, 1.3)
    cross = [_turned(_line((-1, 0), (1, 0)), tilt), _turned(_line((0, -length), (0, length)), tilt)]
    return cross if random.random() < 0.6 else [*cross, _turned(_line((-0.8, -0.8), (0.8, 0.8)), tilt)]


def _polygon(random: Generator) -> list[Points]:
    """Of three or four corners, some with a diagonal: with more it may be a zero."""
    corners = int(random.choice([3, 4]))
    angle = np.linspace(0, 2 * np.pi, corners + 1) + random.choice([-np.pi / 2, np.pi / 4, random.uniform(0, np.pi)])
    outline = np.stack([np.cos(angle), np.sin(angle)], 1)
    return [outline, outline[[0, 2]]] if random.random() < 0.2 else [outline]


def _heart(random: Generator) -> list[Points]:
    angle = np.linspace(0, 2 * np.pi, 60)
    lobes = random.uniform(0.7, 1.5) * (5 * np.cos(2 * angle) + 2 * np.cos(3 * angle) + np.cos(4 * angle))
    return [np.stack([16 * np.sin(angle) ** 3, lobes - 13 * np.cos(angle)], 1)]


def _spiral(random: Generator) -> list[Points]:
    """Of two turns or more: with fewer it may be a six or a nine."""
    share = np.linspace(random.uniform(0, 0.2), 1, 120)
    angle = 2 * np.pi * random.uniform(2.2, 5) * share * random.choice([-1, 1]) + random.uniform(0, 2 * np.pi)
    return [np.stack([share * np.cos(angle), share * np.sin(angle)], 1)]


def _house(random: Generator) -> list[Points]:
    wall, roof = random.uniform(0.5, 1.1), random.uniform(0.3, 0.8)
    outline = _line((0, 0), (0, wall), (1, wall), (1, 0), (0.5, -roof), (0, 0))
    details = [_line((0, 0), (1, 0))]
    if random.random() < 0.7:
        left, right, top = random.uniform(0.1, 0.4), random.uniform(0.5, 0.8), random.uniform(0.2, 0.6) * wall
        details.append(_line((left, wall), (left, top), (right, top), (right, wall)))
    return [outline, *details]


def _question_mark(random: Generator) -> list[Points]:
    """With its dot: without one it may be a two or a seven."""
    neck, end = random.uniform(0.15, 0.4), random.uniform(1.0, 1.3)
    hook = _arc((0, 0), (random.uniform(0.4, 0.6), 0.5), -np.pi * random.uniform(0.9, 1.1), np.pi * neck)
    dot = _arc((random.normal(0, 0.03), end + random.uniform(0.25, 0.45)), (0.04, 0.04), 0, 7)
    return [np.concatenate([hook, _line((0, random.uniform(0.65, 0.8)), (0, end))]), dot]


def _arrow(random: Generator) -> list[Points]:
    tilt, head = random.uniform(0, 2 * np.pi), random.uniform(0.25, 0.5)
    shaft, tip = _line((-1, 0), (1, 0)), _line((1 - head, -head), (1, 0), (1 - head, head))
    return [_turned(part, tilt) for part in (shaft, tip)]


def _wave(random: Generator) -> list[Points]:
    x = np.linspace(0, 1, 60)
    y = random.uniform(0.08, 0.3) * np.sin(x * 2 * np.pi * random.uniform(1.8, 5) + random.uniform(0, 6))
    return [_turned(np.stack([x, y], 1), random.uniform(-0.5, 0.5))]


def _bars(random: Generator) -> list[Points]:
    """Lying lines and grids; one upright line alone would be a one."""
    lying = int(random.integers(1, 4))
    upright = int(random.choice([0, 0, 2, 3])) if lying > 1 else 0
    rows = [_line((0, y), (1, y + random.normal(0, 0.03))) for y in np.arange(lying) * random.uniform(0.2, 0.45)]
    return [*rows, *[_line((x, -0.2), (x, 0.9)) for x in np.linspace(0.2, 0.8, upright)]]


def _star(random: Generator) -> list[Points]:
    corners = int(random.choice([5, 5, 6, 7]))
    angle = np.arange(corners + 1) * 2 * np.pi * (2 / corners) + random.uniform(0, 1)
    if random.random() < 0.5 or corners == 6:
        rays = int(random.integers(3, 6))
        return [_turned(_line((-1, 0), (1, 0)), np.pi * ray / rays) for ray in range(rays)]
    return [np.stack([np.cos(angle), np.sin(angle)], 1)]


def _text(characters: Sequence[PenCharacter], random: Generator) -> list[Points]:
    """Two to seven characters side by side, of any writers."""
    strokes: list[Points] = []
    x = 0.0
    for index in random.integers(0, len(characters), int(random.integers(2, 8))):
        parts = characters[index].strokes
        everything = np.concatenate(parts)
        low, high = everything.min(0), everything.max(0)
        scale = random.uniform(0.8, 1.2) / max(1.0, float(high[1] - low[1]), float(high[0] - low[0]) / 2)
        strokes.extend((part - low) * scale + (x, random.normal(0, 0.08)) for part in parts)
        x += float(high[0] - low[0]) * scale + random.uniform(0.1, 0.5)
    return strokes


def _turned(points: Points, angle: float) -> Points:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.asarray(points @ np.array([[cos, sin], [-sin, cos]]), np.float32)


KINDS = (
    *(_scribble, _knot, _face, _cross, _arrow, _wave, _bars, _star),
    *(_polygon, _polygon, _heart, _spiral, _house, _question_mark),
)
