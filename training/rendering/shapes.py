"""Shapes that are not digits, as strokes: the contents of the evaluation slice `not_digits`.

Each function draws one shape with random proportions, in a square of about 1 × 1, with y pointing down. They are for
evaluation only. The doodles to train on are in `training/data/doodles.py`; the two must stay different.
"""

from collections.abc import Callable

import numpy as np

from training.rendering.strokes import Points

DrawShape = Callable[[np.random.Generator], list[Points]]

LETTERS = {  # strokes over a grid of 5 × 5: each two digits are the column and row of a point
    "A": "042044 1232",
    "E": "40000444 0232",
    "F": "400004 0232",
    "H": "0004 4044 0242",
    "K": "0004 400244",
    "M": "0400224044",
    "N": "04004440",
    "R": "040040420244",
    "T": "0040 2024",
    "W": "0014223440",
    "X": "0044 4004",
}


def path(*points: tuple[float, float]) -> Points:
    """Connect the points by straight lines."""
    return np.array(points, np.float32)


def arc(x: float, y: float, radius: float, start_deg: float, end_deg: float) -> Points:
    """Return part of a circle, clockwise; 0° is to the right, 90° is down."""
    angle = np.deg2rad(np.linspace(start_deg, end_deg, 40))
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1).astype(np.float32)


def draw_scribble(random: np.random.Generator) -> list[Points]:
    """Draw one smooth line that wanders around."""
    time = np.linspace(0, 1, 240)[:, None]
    turns, phases = random.uniform(1, 7, (2, 4)), random.uniform(0, 2 * np.pi, (2, 4))
    weights = random.uniform(0.3, 1, (2, 4)) / np.sqrt(turns)
    return [np.stack([(np.sin(2 * np.pi * turns[i] * time + phases[i]) @ weights[i]) for i in (0, 1)], 1).astype("f4")]


def draw_hatching(random: np.random.Generator) -> list[Points]:
    """Draw a zigzag, as for filling an area or crossing something out."""
    count = int(random.integers(6, 14))
    x = np.where(np.arange(count) % 2 == 0, 0, 1) + random.uniform(-0.12, 0.12, count)
    return [np.stack([x, np.linspace(0, random.uniform(0.4, 1), count)], axis=1).astype(np.float32)]


def draw_face(random: np.random.Generator) -> list[Points]:
    """Draw a circle with two eyes and a mouth, happy or sad."""
    eye = random.uniform(0.02, 0.08)
    mouth = arc(0.5, 0.5, 0.27, 25, 155) if random.random() < 0.7 else arc(0.5, 0.92, 0.25, 220, 320)
    eyes = [path((x, 0.36 - eye), (x, 0.36 + eye)) for x in (0.34, 0.66)]
    return [arc(0.5, 0.5, 0.5, -100, 262), *eyes, mouth]


def draw_cross(random: np.random.Generator) -> list[Points]:
    """Draw two strokes from corner to corner."""
    x = random.uniform(0.7, 1)
    return [path((0, 0), (x, 1)), path((x, 0), (0, 1))]


def draw_question_mark(random: np.random.Generator) -> list[Points]:
    """Draw a hook, a stem and a dot."""
    hook = arc(0.3, 0.26, 0.26, -190, 70)
    return [
        np.concatenate([hook, path((0.3, 0.6), (0.3, random.uniform(0.68, 0.76)))]),
        path((0.3, 0.97), (0.31, 0.98)),
    ]


def draw_arrow(random: np.random.Generator) -> list[Points]:
    """Draw an arrow in one of eight directions."""
    barb = random.uniform(0.2, 0.35)
    angle = np.deg2rad(45 * random.integers(8))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]], np.float32)
    return [stroke @ turn for stroke in (path((0, 0), (1, 0)), path((1 - barb, -barb), (1, 0), (1 - barb, barb)))]


def draw_heart(random: np.random.Generator) -> list[Points]:
    """Draw a heart in one closed line."""
    t = np.linspace(0, 2 * np.pi, 80)
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return [(np.stack([16 * np.sin(t), -y * random.uniform(0.9, 1.2)], axis=1) / 32).astype(np.float32)]


def draw_box(random: np.random.Generator) -> list[Points]:
    """Draw a rectangle."""
    height = random.uniform(0.7, 1.2)
    return [path((0, 0), (1, 0), (1, height), (0, height), (0, 0))]


def draw_house(random: np.random.Generator) -> list[Points]:
    """Draw walls, a roof and a door."""
    roof, door = random.uniform(0.3, 0.6), random.uniform(0.15, 0.55)
    walls = path((0, 0), (0, 0.8), (1, 0.8), (1, 0), (0, 0), (0.5, -roof), (1, 0))
    return [walls, path((door, 0.8), (door, 0.4), (door + 0.25, 0.4), (door + 0.25, 0.8))]


def draw_wave(random: np.random.Generator) -> list[Points]:
    """Draw a sine wave of 2.5 to 5 periods."""
    x = np.linspace(0, 1, 120)
    return [np.stack([x, random.uniform(0.05, 0.15) * np.sin(2 * np.pi * random.uniform(2.5, 5) * x)], 1).astype("f4")]


def draw_star(random: np.random.Generator) -> list[Points]:
    """Draw a five-pointed star in one line."""
    angle = np.deg2rad(144 * np.arange(6) - 90 + random.uniform(-10, 10))
    return [(np.stack([np.cos(angle), np.sin(angle)], axis=1) / 2).astype(np.float32)]


def draw_triangle(random: np.random.Generator) -> list[Points]:
    """Draw a triangle that stands on one side."""
    return [path((0, 1), (random.uniform(0.3, 0.7), 0), (1, 1), (0, 1))]


def draw_spiral(random: np.random.Generator) -> list[Points]:
    """Draw a spiral of 3 to 5 turns."""
    radius = np.linspace(0.02, 0.5, 160)
    angle = 2 * np.pi * random.uniform(3, 5) * radius / 0.5 + random.uniform(0, 2 * np.pi)
    return [np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).astype(np.float32)]


def draw_hash(random: np.random.Generator) -> list[Points]:
    """Draw a hash sign: two lines across two others."""
    slant = random.uniform(0, 0.2)
    upright = [path((x + slant, 0), (x, 1)) for x in (0.3, 0.7)]
    return [*upright, path((0, 0.33), (1, 0.33)), path((0, 0.67), (1, 0.67))]


def draw_blot(random: np.random.Generator) -> list[Points]:
    """Draw a filled area with a ragged edge."""
    angle = np.linspace(0, 2 * np.pi, 160)
    waves = [random.uniform(-0.12, 0.12) * np.sin(k * angle + random.uniform(0, 6)) for k in range(2, 7)]
    edge = np.stack([np.cos(angle), np.sin(angle)], axis=1) * (0.45 + np.sum(waves, axis=0))[:, None]
    return [np.concatenate([edge * share for share in np.arange(1, 0, -0.05)]).astype(np.float32)]


def draw_word(random: np.random.Generator) -> list[Points]:
    """Draw three to six capital letters side by side."""
    letters = [LETTERS[letter] for letter in random.choice(list(LETTERS), random.integers(3, 7))]
    return [
        path(*((int(x) / 4 + 1.35 * place, int(y) / 3) for x, y in zip(stroke[::2], stroke[1::2], strict=True)))
        for place, letter in enumerate(letters)
        for stroke in letter.split()
    ]


SHAPES: dict[str, DrawShape] = {
    "scribble": draw_scribble,
    "hatching": draw_hatching,
    "face": draw_face,
    "cross": draw_cross,
    "question_mark": draw_question_mark,
    "arrow": draw_arrow,
    "heart": draw_heart,
    "box": draw_box,
    "house": draw_house,
    "wave": draw_wave,
    "star": draw_star,
    "triangle": draw_triangle,
    "spiral": draw_spiral,
    "hash": draw_hash,
    "blot": draw_blot,
    "word": draw_word,
}
