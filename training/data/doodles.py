"""Makes doodles to train on: strokes that are not a digit, such as scribbles, faces, arrows and rows of characters.

A network learns from them, and from the letters in files of pen strokes, what to reject. No doodle may look like a
digit. So there is no plain ring (0), no single upright line (1), and no bare angle of two lines (7).
The shapes that measure a model (`training/rendering/shapes.py`) are made by other code and must stay different.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import Generator

from training.data.pen_characters import PenCharacter, Points

MADE_UP = "made up"  # name given as the writer of every doodle
MIN_POINTS = 40  # per stroke, so that a tremor bends also the middle of a straight line
STRETCH = (0.75, 1.33)  # range of the factors for width and height
TREMOR = 0.008  # standard deviation of a point's displacement; most doodles are 1 or 2 units wide


def make_doodles(count: int, characters: Sequence[PenCharacter], seed: int) -> list[PenCharacter]:
    """Return `count` doodles, going through all kinds in turn.

    One kind is a text: some of the `characters` in a row. Without characters there are no texts.
    """
    random = np.random.default_rng(seed)
    kinds: list[Callable[[], list[Points]]] = [
        *[lambda make=make: make(random) for make in KINDS],
        *([lambda: _make_text(characters, random)] * 3 if characters else []),  # three times as often as another kind
    ]
    made = [kinds[index % len(kinds)]() for index in range(count)]
    return [PenCharacter("not a digit", MADE_UP, tuple(vary_strokes(strokes, random))) for strokes in made]


def vary_strokes(strokes: list[Points], random: Generator) -> list[Points]:
    """Imitate a hand: stretch width and height, and add a tremor to every point."""
    stretch = random.uniform(*STRETCH, 2)
    dense = [_add_points(stroke) for stroke in strokes]
    return [np.asarray(stroke * stretch + random.normal(0, TREMOR, (len(stroke), 2)), np.float32) for stroke in dense]


def _add_points(stroke: Points) -> Points:
    """Return the stroke with at least MIN_POINTS points."""
    if len(stroke) >= MIN_POINTS:
        return stroke
    steps = np.linspace(0, len(stroke) - 1, MIN_POINTS)
    return np.stack([np.interp(steps, np.arange(len(stroke)), stroke[:, axis]) for axis in (0, 1)], 1).astype(
        np.float32
    )


def make_arc(centre: Sequence[float], radius: Sequence[float], start: float, end: float) -> Points:
    """Return part of an ellipse (40, 2), clockwise from angle `start` to `end` in radians; 0 is to the right."""
    angle = np.linspace(start, end, 40)
    return np.stack([centre[0] + radius[0] * np.cos(angle), centre[1] + radius[1] * np.sin(angle)], 1)


def make_line(*points: Sequence[float]) -> Points:
    """Connect the points by straight lines."""
    return np.array(points, np.float32)


def _make_scribble(random: Generator) -> list[Points]:
    """Draw a zigzag in any direction."""
    turns = int(random.integers(5, 14))
    x = np.where(np.arange(turns) % 2, 1, 0) + random.normal(0, 0.15, turns)
    y = np.linspace(0, random.uniform(0.2, 1.2), turns) + random.normal(0, 0.06, turns)
    return [turn(np.stack([x, y], 1), random.uniform(0, np.pi))]


def _make_knot(random: Generator) -> list[Points]:
    """Draw a smooth line that crosses itself many times."""
    steps = np.linspace(0, 2 * np.pi * random.uniform(0.8, 1), 150)
    harmonics = np.arange(1, 7)
    size = random.normal(0, 1, (2, 6)) / np.sqrt(harmonics)
    phase = random.uniform(0, 2 * np.pi, (2, 6))
    waves = np.cos(steps[:, None, None] * harmonics * random.choice([1, 1.5, 2]) + phase)
    return [np.asarray((waves * size).sum(2), np.float32)]


def _make_face(random: Generator) -> list[Points]:
    """Draw a face that may smile or look sad, sometimes with a nose."""
    smile = random.uniform(-0.5, 0.6)
    mouth = [(x, 0.35 + smile * (0.25 - x * x)) for x in np.linspace(-0.5, 0.5, 20)]
    eyes = [make_arc((side * random.uniform(0.25, 0.4), -0.3), (0.06, 0.08), 0, 7) for side in (-1, 1)]
    parts = [make_arc((0, 0), (1, 1), random.uniform(-2, 0), random.uniform(4.5, 6.5)), *eyes, make_line(*mouth)]
    return parts if random.random() < 0.7 else [*parts, make_line((0, -0.1), (0.05, 0.15))]


def _make_cross(random: Generator) -> list[Points]:
    """Draw two lines that cross, sometimes with a third one."""
    tilt = random.uniform(0, np.pi)
    length = random.uniform(0.7, 1.3)
    cross = [turn(make_line((-1, 0), (1, 0)), tilt), turn(make_line((0, -length), (0, length)), tilt)]
    return cross if random.random() < 0.6 else [*cross, turn(make_line((-0.8, -0.8), (0.8, 0.8)), tilt)]


def _make_polygon(random: Generator) -> list[Points]:
    """Draw a triangle or a square, sometimes with a diagonal. With more corners it could be read as a zero."""
    corners = int(random.choice([3, 4]))
    angle = np.linspace(0, 2 * np.pi, corners + 1) + random.choice([-np.pi / 2, np.pi / 4, random.uniform(0, np.pi)])
    outline = np.stack([np.cos(angle), np.sin(angle)], 1)
    return [outline, outline[[0, 2]]] if random.random() < 0.2 else [outline]


def _make_heart(random: Generator) -> list[Points]:
    """Draw a heart in one closed line."""
    angle = np.linspace(0, 2 * np.pi, 60)
    lobes = random.uniform(0.7, 1.5) * (5 * np.cos(2 * angle) + 2 * np.cos(3 * angle) + np.cos(4 * angle))
    return [np.stack([16 * np.sin(angle) ** 3, lobes - 13 * np.cos(angle)], 1)]


def _make_spiral(random: Generator) -> list[Points]:
    """Draw a spiral with more than two turns. With fewer it could be read as a six or a nine."""
    share = np.linspace(random.uniform(0, 0.2), 1, 120)
    angle = 2 * np.pi * random.uniform(2.2, 5) * share * random.choice([-1, 1]) + random.uniform(0, 2 * np.pi)
    return [np.stack([share * np.cos(angle), share * np.sin(angle)], 1)]


def _make_house(random: Generator) -> list[Points]:
    """Draw walls and a roof, often with a door."""
    wall, roof = random.uniform(0.5, 1.1), random.uniform(0.3, 0.8)
    outline = make_line((0, 0), (0, wall), (1, wall), (1, 0), (0.5, -roof), (0, 0))
    details = [make_line((0, 0), (1, 0))]
    if random.random() < 0.7:
        left, right, top = random.uniform(0.1, 0.4), random.uniform(0.5, 0.8), random.uniform(0.2, 0.6) * wall
        details.append(make_line((left, wall), (left, top), (right, top), (right, wall)))
    return [outline, *details]


def _make_question_mark(random: Generator) -> list[Points]:
    """Draw a hook with a stem and a dot. Without the dot it could be read as a two or a seven."""
    neck, end = random.uniform(0.15, 0.4), random.uniform(1.0, 1.3)
    hook = make_arc((0, 0), (random.uniform(0.4, 0.6), 0.5), -np.pi * random.uniform(0.9, 1.1), np.pi * neck)
    dot = make_arc((random.normal(0, 0.03), end + random.uniform(0.25, 0.45)), (0.04, 0.04), 0, 7)
    return [np.concatenate([hook, make_line((0, random.uniform(0.65, 0.8)), (0, end))]), dot]


def _make_arrow(random: Generator) -> list[Points]:
    """Draw an arrow in any direction."""
    tilt, head = random.uniform(0, 2 * np.pi), random.uniform(0.25, 0.5)
    shaft, tip = make_line((-1, 0), (1, 0)), make_line((1 - head, -head), (1, 0), (1 - head, head))
    return [turn(part, tilt) for part in (shaft, tip)]


def _make_wave(random: Generator) -> list[Points]:
    """Draw a sine wave of 1.8 to 5 periods."""
    x = np.linspace(0, 1, 60)
    y = random.uniform(0.08, 0.3) * np.sin(x * 2 * np.pi * random.uniform(1.8, 5) + random.uniform(0, 6))
    return [turn(np.stack([x, y], 1), random.uniform(-0.5, 0.5))]


def _make_bars(random: Generator) -> list[Points]:
    """Draw horizontal lines or a grid. A single vertical line would be a one."""
    rows = int(random.integers(1, 4))
    columns = int(random.choice([0, 0, 2, 3])) if rows > 1 else 0
    horizontal = [
        make_line((0, y), (1, y + random.normal(0, 0.03))) for y in np.arange(rows) * random.uniform(0.2, 0.45)
    ]
    return [*horizontal, *[make_line((x, -0.2), (x, 0.9)) for x in np.linspace(0.2, 0.8, columns)]]


def _make_star(random: Generator) -> list[Points]:
    """Draw a star in one line, or three to five lines that cross in the middle."""
    corners = int(random.choice([5, 5, 6, 7]))
    angle = np.arange(corners + 1) * 2 * np.pi * (2 / corners) + random.uniform(0, 1)
    if random.random() < 0.5 or corners == 6:
        rays = int(random.integers(3, 6))
        return [turn(make_line((-1, 0), (1, 0)), np.pi * ray / rays) for ray in range(rays)]
    return [np.stack([np.cos(angle), np.sin(angle)], 1)]


def _make_text(characters: Sequence[PenCharacter], random: Generator) -> list[Points]:
    """Put two to seven characters side by side, each by any writer."""
    strokes: list[Points] = []
    x = 0.0
    for index in random.integers(0, len(characters), int(random.integers(2, 8))):
        parts = characters[index].strokes
        points = np.concatenate(parts)  # (P, 2)
        low, high = points.min(0), points.max(0)
        scale = random.uniform(0.8, 1.2) / max(1.0, float(high[1] - low[1]), float(high[0] - low[0]) / 2)
        strokes.extend((part - low) * scale + (x, random.normal(0, 0.08)) for part in parts)
        x += float(high[0] - low[0]) * scale + random.uniform(0.1, 0.5)
    return strokes


def turn(points: Points, angle: float) -> Points:
    """Turn the points around the origin, by an angle in radians."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.asarray(points @ np.array([[cos, sin], [-sin, cos]]), np.float32)


KINDS = (  # polygons are listed twice: they are triangles or squares
    *(_make_scribble, _make_knot, _make_face, _make_cross, _make_arrow, _make_wave, _make_bars, _make_star),
    *(_make_polygon, _make_polygon, _make_heart, _make_spiral, _make_house, _make_question_mark),
)
