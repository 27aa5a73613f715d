"""Signs beside digits: separators that the reader must name, and others that it must leave out.

Shapes are strokes in a box of a digit's height: y is 0 on the baseline and -1 at the top of a digit.
"""

from collections.abc import Sequence

import numpy as np

from training.rendering.pages.sheet import BACKGROUND, Layer, Mark, Points, Random, bound, draw_strokes
from training.rendering.pages.slot import Slot


def write_separator(layer: Layer, sign: str, slot: Slot, random: Random) -> Mark:
    """Write one of `.,:/-` on the layer at the slot, which has the height of a digit."""
    if sign == ".":
        strokes, pen = [_dot(0, -0.03)], slot.pen_px * random.uniform(1.0, 1.7)
    elif sign == ",":
        strokes, pen = [_make_comma(random)], slot.pen_px
    elif sign == ":":
        low, high = random.uniform(-0.15, 0), random.uniform(-0.75, -0.45)
        dots = [_dot(0, low), _dot(-high * slot.slant * 0.5, high)]
        strokes, pen = dots, slot.pen_px * random.uniform(1.0, 1.6)
    elif sign == "/":
        strokes, pen = [_make_slash(random)], slot.pen_px
    else:
        strokes, pen = [_make_dash(random)], slot.pen_px
    placed = _place(strokes, slot, pen / 2)
    draw_strokes(layer, placed, max(1.0, pen))
    return Mark(sign, bound(placed, pen))


def write_other(layer: Layer, sign: str, slot: Slot, random: Random) -> Mark:
    """Write a sign that is background, one of `=*#x+()$%~|€£¥F`. Its mark only says where it ends."""
    placed = _place(_make_other(random)[sign], slot, 0.0)
    draw_strokes(layer, placed, slot.pen_px)
    return Mark(BACKGROUND, bound(placed, slot.pen_px))


def _place(strokes: Sequence[Points], slot: Slot, from_left_px: float) -> list[Points]:
    """Strokes 1 high → strokes in pixels, which begin `from_left_px` after the slot's left end."""
    points = np.concatenate(strokes)
    offset = np.array([slot.left - points[:, 0].min() * slot.height + from_left_px, slot.baseline])
    return [np.asarray(stroke * slot.height + offset, np.float32) for stroke in strokes]


def _make_comma(random: Random) -> Points:
    length, lean, start = random.uniform(0.15, 0.38), random.uniform(0.1, 0.7), random.uniform(-0.12, 0.05)
    return _line((0, start), (-lean * length * 0.5, start + length * 0.6), (-lean * length, start + length))


def _make_slash(random: Random) -> Points:
    over, under, lean = random.uniform(0, 0.2), random.uniform(-0.05, 0.2), random.uniform(0.35, 0.9)
    return _line((0, under), (lean * 0.5 + random.normal(0, 0.03), -0.5), (lean, -1 - over))


def _make_dash(random: Random) -> Points:
    y, length = random.uniform(-0.6, -0.35), random.uniform(0.2, 0.5)
    return _line((0, y), (length / 2, y + random.normal(0, 0.02)), (length, y + random.normal(0, 0.04)))


def _make_other(random: Random) -> dict[str, list[Points]]:
    """Strokes of every sign that is background, each a little different every time."""
    j = iter(random.normal(0, 0.04, 20).tolist())
    return {
        "=": [_line((0, -0.6 + next(j)), (0.5, -0.62 + next(j))), _line((0, -0.35 + next(j)), (0.5, -0.33 + next(j)))],
        "*": [
            _line((0, -0.7 + next(j)), (0.4, -0.3 + next(j))),
            _line((0.4, -0.7 + next(j)), (0, -0.3 + next(j))),
            _line((0.2, -0.8), (0.2, -0.2)),
        ],
        "#": [
            _line((0.15, -1), (0.05, 0)),
            _line((0.5, -1), (0.4, 0)),
            _line((-0.05, -0.7), (0.65, -0.7 + next(j))),
            _line((-0.1, -0.3), (0.6, -0.3 + next(j))),
        ],
        "x": [_line((0, -0.6), (0.5, 0)), _line((0.5, -0.6), (0, 0))],
        "+": [_line((0, -0.5 + next(j)), (0.5, -0.5 + next(j))), _line((0.25 + next(j), -0.8), (0.25 + next(j), -0.2))],
        "(": [_arc((0.3, -0.5), (0.25, 0.65), 1.9, 4.4)],
        ")": [_arc((0, -0.5), (0.25, 0.65), -1.2, 1.2)],
        "$": [_snake(random), _line((0.3, -1.1), (0.22, 0.1))],
        "%": [
            _line((0.7, -1), (0, 0)),
            _arc((0.12, -0.8), (0.13, 0.17), 0, 6.3),
            _arc((0.58, -0.2), (0.13, 0.17), 0, 6.3),
        ],
        "~": [_wave(random)],
        "|": [_line((0, -1.3), (0, 0.3))],
        "\u20ac": [
            _arc((0.45, -0.5), (0.4, 0.5), 0.8, 5.5),
            _line((-0.1, -0.6), (0.5, -0.6)),
            _line((-0.1, -0.4), (0.45, -0.4)),
        ],
        "\u00a3": [
            _line((0.6, -0.85), (0.4, -1), (0.2, -0.8), (0.22, -0.3), (0, 0), (0.65, -0.03)),
            _line((0, -0.48), (0.5, -0.5 + next(j))),
        ],
        "\u00a5": [
            _line((0, -1), (0.3, -0.5), (0.3, 0)),
            _line((0.6, -1), (0.3, -0.5)),
            _line((0, -0.45), (0.6, -0.45)),
            _line((0, -0.25), (0.6, -0.25)),
        ],
        "F": [_line((0.55, -1), (0.05, -0.98), (0, 0)), _line((0.03, -0.52), (0.4, -0.55 + next(j)))],
    }


def _dot(x: float, y: float) -> Points:
    return np.array([[x, y]], np.float32)


def _line(*points: tuple[float, float]) -> Points:
    return np.array(points, np.float32)


def _arc(centre: tuple[float, float], radius: tuple[float, float], start: float, end: float) -> Points:
    """Part of an ellipse, from angle `start` to `end` in radians."""
    angle = np.linspace(start, end, 20)
    x, y = centre[0] + radius[0] * np.cos(angle), centre[1] + radius[1] * np.sin(angle)
    return np.stack([x, y], 1).astype(np.float32)


def _snake(random: Random) -> Points:
    """The S of a dollar sign."""
    t = np.linspace(0, 1, 24)
    x = 0.27 + 0.27 * np.cos(np.pi * (0.2 + 2.6 * t) + np.pi * 0.1) + random.normal(0, 0.01, 24)
    return np.stack([x, -0.92 + 0.85 * t], 1).astype(np.float32)


def _wave(random: Random) -> Points:
    x = np.linspace(0, random.uniform(0.8, 2.0), 30)
    return np.stack([x, -0.4 + 0.15 * np.sin(x * random.uniform(6, 14))], 1).astype(np.float32)
