"""What people draw at numbers: lines under them, rings around them, and lines through them."""

from collections.abc import Sequence

import numpy as np

from training.rendering.pages.sheet import IGNORED, Layer, Mark, Points, Random, Sheet, draw_strokes, enclose


def underline(layer: Layer, marks: Sequence[Mark], pen_px: float, random: Random) -> None:
    """A line under marks, that may touch them."""
    left, _, right, bottom = enclose(marks)
    height = max(mark.height for mark in marks)
    y = bottom + height * random.uniform(0.03, 0.25)
    wave = random.normal(0, 0.02 * height, 3)
    x = (left - 0.1 * height, (left + right) / 2, right + 0.1 * height)
    draw_strokes(layer, [np.stack([x, y + wave], 1).astype(np.float32)], pen_px)


def circle(layer: Layer, place: tuple[float, float], radius: float, pen_px: float, random: Random) -> None:
    """A ring drawn by hand, whose ends need not meet."""
    angle = np.linspace(0, 2 * np.pi * random.uniform(0.95, 1.1), 40) + random.uniform(0, 6)
    reach = radius * (1 + 0.06 * np.sin(angle * random.integers(1, 4) + random.uniform(0, 6)))
    x, y = place[0] + reach * np.cos(angle) * random.uniform(0.9, 1.25), place[1] + reach * np.sin(angle)
    ring: Points = np.stack([x, y], 1).astype(np.float32)
    draw_strokes(layer, [ring], pen_px)


def cross_out(layer: Layer, sheet: Sheet, marks: Sequence[Mark], random: Random) -> None:
    """Strike a number through. Nobody knows whether its digits count, so they become places to ignore."""
    left, top, right, bottom = enclose(marks)
    count = int(random.integers(1, 6))
    x = np.linspace(left, right, 2 * count)
    y = np.where(np.arange(2 * count) % 2, top, bottom) if count > 1 else np.full(2, (top + bottom) / 2)
    points = np.stack([x, y + random.normal(0, 2, len(x))], 1).astype(np.float32)
    draw_strokes(layer, [points], max(1.0, (bottom - top) * random.uniform(0.04, 0.12)))
    for mark in marks:
        sheet.marks.remove(mark)
        sheet.marks.append(Mark(IGNORED, mark.box))
