"""Drawings of things that hold rings, bars and hooks: wheels, flowers, people, signatures, currency signs, quotes.

Random numbers come in; strokes in a box from 0 to 1, y down, go out. Parts of such drawings look like digits, and the
reader must learn that they are none. No drawing is a bare ring, bar, or angle, which a person would read as a digit.
"""

from collections.abc import Callable

import numpy as np

from training.rendering.pages.sheet import Points, Random, choose


def draw_picture(random: Random) -> list[Points]:
    """A drawing of any kind, turned a little."""
    strokes, angle = choose(PICTURES, random)(random), random.normal(0, 0.12)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) * random.uniform(0.75, 1.2, 2)
    return [np.asarray((stroke - 0.5) @ turn + 0.5, np.float32) for stroke in strokes]


def _ring(x: float, y: float, reach: float, random: Random) -> Points:
    """A ring whose ends need not meet."""
    angle = np.linspace(0, 2 * np.pi * random.uniform(0.93, 1.08), 26) + random.uniform(0, 6)
    wide = reach * random.uniform(0.85, 1.15)
    return np.stack([x + wide * np.cos(angle), y + reach * np.sin(angle)], 1).astype(np.float32)


def _path(*points: tuple[float, float]) -> Points:
    return np.array(points, np.float32)


def _make_wheels(random: Random) -> list[Points]:
    """A cart, a train or a bicycle: two to four wheels under a box or under bars."""
    count, reach = int(random.integers(2, 5)), float(random.uniform(0.08, 0.16))
    wheels = [_ring(float(x), 0.85, reach, random) for x in np.linspace(0.15, 0.85, count)]
    top, cabin = float(random.uniform(0.3, 0.5)), float(random.uniform(0.05, 0.25))
    body = _path((0.05, 0.72), (0.05, top), (0.6, top), (0.6, cabin), (0.95, cabin), (0.95, 0.72), (0.05, 0.72))
    frame = _path((0.15, 0.85), (0.4, top), (0.7, top + 0.05), (0.85, 0.85), (0.5, 0.8), (0.4, top))
    return [*wheels, body if random.random() < 0.7 else frame]


def _make_flower(random: Random) -> list[Points]:
    """Petals around a middle, most with a stem."""
    reach, count = float(random.uniform(0.1, 0.16)), int(random.integers(4, 8))
    angles = np.arange(count) * 2 * np.pi / count
    petals = [_ring(0.5 + 0.2 * float(np.cos(a)), 0.3 + 0.2 * float(np.sin(a)), reach, random) for a in angles]
    stem = [_path((0.5, 0.5), (0.48, 1.0)), _path((0.49, 0.8), (0.65, 0.65))] if random.random() < 0.8 else []
    return [*petals, _ring(0.5, 0.3, 0.1, random), *stem]


def _make_person(random: Random) -> list[Points]:
    """A head on lines."""
    arm, leg = float(random.uniform(0.3, 0.5)), float(random.uniform(0.1, 0.3))
    legs = _path((0.5 - leg, 1.0), (0.5, 0.65), (0.5 + leg, 1.0))
    return [_ring(0.5, 0.14, 0.14, random), _path((0.5, 0.28), (0.5, 0.65)), _path((0.15, arm), (0.85, 0.4)), legs]


def _make_rays(random: Random) -> list[Points]:
    """A ring with rays or spokes."""
    reach, inner = float(random.uniform(0.25, 0.38)), float(random.choice([0.0, 1.1]))
    angles = np.linspace(0, 2 * np.pi, int(random.integers(5, 12)), endpoint=False)
    outer = 1.0 if inner == 0 else float(random.uniform(1.2, 1.4))
    lines = [np.array([np.cos(a), np.sin(a)]) * reach for a in angles]
    spokes = [np.stack([0.5 + inner * line, 0.5 + outer * line]).astype(np.float32) for line in lines]
    return [_ring(0.5, 0.5, reach, random), *spokes]


def _make_signature(random: Random) -> list[Points]:
    """Loops, peaks and a long last stroke in one line."""
    t = np.linspace(0, 1, 90)
    knots = np.linspace(0, 1, 9)
    height = np.interp(t, knots, random.uniform(0.02, 0.4, 9))
    turns, loop = random.uniform(40, 90), random.uniform(0, 0.09)
    line = np.stack([t + loop * np.cos(t * turns), 0.55 - height * np.sin(t * turns)], 1).astype(np.float32)
    return [line] if random.random() < 0.5 else [line, _path((0.0, 0.95), (0.5, 0.88), (1.1, 0.8))]


def _make_animal(random: Random) -> list[Points]:
    """A head with ears, eyes and a mouth."""
    ears = [_ring(0.5 + side * 0.3, 0.2, 0.13, random) for side in (-1, 1)]
    eyes = [_ring(0.5 + side * 0.14, 0.5, 0.04, random) for side in (-1, 1)]
    mouth = _path((0.35, 0.72), (0.5, 0.72 + float(random.uniform(-0.08, 0.12))), (0.65, 0.72))
    return [_ring(0.5, 0.58, 0.36, random), *ears, *eyes, mouth]


def _make_arches(random: Random) -> list[Points]:
    """Arches inside each other, as a rainbow, most on clouds or on a line."""
    angle = np.linspace(np.pi, 2 * np.pi, 24)
    reaches = np.linspace(0.5, random.uniform(0.15, 0.35), int(random.integers(2, 5)))
    arches = [np.stack([0.5 + r * np.cos(angle), 0.8 + r * np.sin(angle)], 1).astype(np.float32) for r in reaches]
    return [*arches, _path((-0.1, 0.8), (1.1, 0.8))] if random.random() < 0.6 else arches


def _make_cloud(random: Random) -> list[Points]:
    """An outline of bows, as clouds, bushes and sheep have; some with legs or rain."""
    t = np.linspace(0, 2 * np.pi, 70)
    bows = 1 + 0.16 * np.abs(np.sin(t * int(random.integers(3, 6))))
    outline = np.stack([0.5 + 0.42 * bows * np.cos(t), 0.4 + 0.24 * bows * np.sin(t)], 1).astype(np.float32)
    legs = [_path((x, 0.68), (x - 0.03, 0.95)) for x in (0.3, 0.42, 0.6, 0.7)]
    return [outline, *legs] if random.random() < 0.5 else [outline]


def _make_glasses(random: Random) -> list[Points]:
    """Two rings joined by a bow, with sides."""
    bow = _path((0.4, 0.5), (0.5, 0.45), (0.6, 0.5))
    sides = [_path((0.02, 0.5), (-0.1, 0.35)), _path((0.98, 0.5), (1.1, 0.35))]
    return [_ring(0.21, 0.5, 0.19, random), _ring(0.79, 0.5, 0.19, random), bow, *sides]


def _make_plant(random: Random) -> list[Points]:
    """A stem that forks into twigs."""
    twigs = []
    for y in np.linspace(0.15, 0.75, int(random.integers(3, 6))):
        side, length = random.choice([-1, 1]), float(random.uniform(0.15, 0.4))
        twigs.append(_path((0.5, float(y)), (0.5 + side * length, float(y) - length * 0.7)))
    return [_path((0.5, 1.0), (0.52, 0.5), (0.5, 0.0)), *twigs]


def _make_arrow(random: Random) -> list[Points]:
    """A bent or straight arrow between two boxes, or alone."""
    end = float(random.uniform(0.2, 0.8))
    arrow = [_path((0.1, 0.8), (0.4, 0.8), (0.9, end)), _path((0.75, end - 0.12), (0.9, end), (0.72, end + 0.14))]
    corners = [(-0.2, 0.65), (0.1, 0.65), (0.1, 0.95), (-0.2, 0.95), (-0.2, 0.65)]
    return [*arrow, _path(*corners)] if random.random() < 0.5 else arrow


PICTURES: tuple[Callable[[Random], list[Points]], ...] = (
    *(_make_wheels, _make_flower, _make_person, _make_rays, _make_signature, _make_animal),
    *(_make_arches, _make_cloud, _make_glasses, _make_plant, _make_arrow, _make_signature),
)
