"""Signs beside digits: separators that the reader must name, and others that it must leave out."""

import numpy as np

from training.rendering.pages.hands import Slot
from training.rendering.pages.sheet import Layer, Mark, Points, Random, bound, draw_strokes

OTHERS = "=*#x+()$%~|"  # background; the last is only drawn beside text, because alone it is a 1


def write_separator(layer: Layer, sign: str, slot: Slot, random: Random) -> Mark:
    """Write one of `.,:/-` on the layer at the slot, which has the height of a digit."""
    height, slant = slot.height, slot.slant
    size = random.uniform(0.7, 1.3)
    if sign == ".":
        strokes, pen = [_dot(0, -0.03)], slot.pen_px * random.uniform(1.0, 1.7)
    elif sign == ",":
        length = random.uniform(0.15, 0.38)
        lean = random.uniform(0.1, 0.7)
        start = random.uniform(-0.12, 0.05)
        strokes, pen = [_line((0, start), (-lean * length * 0.5, start + length * 0.6), (-lean * length, start + length))], slot.pen_px
    elif sign == ":":
        low, high = random.uniform(-0.15, 0), random.uniform(-0.75, -0.45)
        strokes, pen = [_dot(0, low), _dot(-high * slant * 0.5, high)], slot.pen_px * random.uniform(1.0, 1.6)
    elif sign == "/":
        over, under, lean = random.uniform(0, 0.2), random.uniform(-0.05, 0.2), random.uniform(0.35, 0.9)
        strokes, pen = [_line((0, under), (lean * 0.5 + random.normal(0, 0.03), -0.5), (lean, -1 - over))], slot.pen_px
    else:
        y, length = random.uniform(-0.6, -0.35), random.uniform(0.2, 0.5)
        strokes, pen = [_line((0, y), (length / 2, y + random.normal(0, 0.02)), (length, y + random.normal(0, 0.04)))], slot.pen_px
    del size
    points = np.concatenate(strokes)
    offset = np.array([slot.left - points[:, 0].min() * height + pen / 2, slot.baseline])
    placed = [np.asarray(stroke * height + offset, np.float32) for stroke in strokes]
    draw_strokes(layer, placed, max(1.0, pen))
    return Mark(sign, bound(placed, pen))


def write_other(layer: Layer, sign: str, slot: Slot, random: Random) -> Mark:
    """Write a sign that is background. The mark only says where it ends; its sign is a space."""
    j = lambda: random.normal(0, 0.04)  # noqa: E731
    shapes: dict[str, list[Points]] = {
        "=": [_line((0, -0.6 + j()), (0.5, -0.62 + j())), _line((0, -0.35 + j()), (0.5, -0.33 + j()))],
        "*": [_line((0, -0.7 + j()), (0.4, -0.3 + j())), _line((0.4, -0.7 + j()), (0, -0.3 + j())), _line((0.2, -0.8), (0.2, -0.2))],
        "#": [_line((0.15, -1), (0.05, 0)), _line((0.5, -1), (0.4, 0)), _line((-0.05, -0.7), (0.65, -0.7 + j())), _line((-0.1, -0.3), (0.6, -0.3 + j()))],
        "x": [_line((0, -0.6), (0.5, 0)), _line((0.5, -0.6), (0, 0))],
        "+": [_line((0, -0.5 + j()), (0.5, -0.5 + j())), _line((0.25 + j(), -0.8), (0.25 + j(), -0.2))],
        "(": [_arc(0.3, -0.5, 0.25, 0.65, 1.9, 4.4)],
        ")": [_arc(0, -0.5, 0.25, 0.65, -1.2, 1.2)],
        "$": [_snake(random), _line((0.3, -1.1), (0.22, 0.1))],
        "%": [_line((0.7, -1), (0, 0)), _arc(0.12, -0.8, 0.13, 0.17, 0, 6.3), _arc(0.58, -0.2, 0.13, 0.17, 0, 6.3)],
        "~": [_wave(random)],
        "|": [_line((0, -1.3), (0, 0.3))],
    }
    strokes = shapes[sign]
    points = np.concatenate(strokes)
    offset = np.array([slot.left - points[:, 0].min() * slot.height, slot.baseline])
    placed = [np.asarray(stroke * slot.height + offset, np.float32) for stroke in strokes]
    draw_strokes(layer, placed, slot.pen_px)
    return Mark(" ", bound(placed, slot.pen_px))


def _dot(x: float, y: float) -> Points:
    return np.array([[x, y]], np.float32)


def _line(*points: tuple[float, float]) -> Points:
    return np.array(points, np.float32)


def _arc(x: float, y: float, rx: float, ry: float, start: float, end: float) -> Points:
    angle = np.linspace(start, end, 20)
    return np.stack([x + rx * np.cos(angle), y + ry * np.sin(angle)], 1).astype(np.float32)


def _snake(random: Random) -> Points:
    """The S of a dollar sign."""
    t = np.linspace(0, 1, 24)
    x = 0.27 + 0.27 * np.cos(np.pi * (0.2 + 2.6 * t) + np.pi * 0.1) * np.where(t < 0.5, 1, 1) + random.normal(0, 0.01, 24)
    return np.stack([x, -0.92 + 0.85 * t], 1).astype(np.float32)


def _wave(random: Random) -> Points:
    x = np.linspace(0, random.uniform(0.8, 2.0), 30)
    return np.stack([x, -0.4 + 0.15 * np.sin(x * random.uniform(6, 14))], 1).astype(np.float32)
