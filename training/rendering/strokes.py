"""Draws pen strokes into a picture: places them, then covers the pixels that a round pen touches."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Points = NDArray[np.float32]  # (P, 2): x to the right and y down, in any unit

OVERSAMPLING = 4


def place_strokes(
    strokes: Sequence[Points], size_px: float, pen_px: float, canvas: tuple[int, int], random: np.random.Generator
) -> list[Points]:
    """Scale strokes so that their longer side is `size_px`, at a random place where the pen stays on the canvas.

    `canvas` is (width, height) in pixels.
    """
    points = np.concatenate(strokes).astype(float)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = size_px / max(1e-6, float((high - low).max()))
    room = np.array(canvas) - (high - low) * scale - pen_px
    offset = random.uniform(0, 1, 2) * room + pen_px / 2 - low * scale
    return [(stroke * scale + offset).astype(np.float32) for stroke in strokes]


def draw_strokes(
    strokes: Sequence[Points], pen_px: float, canvas: tuple[int, int], oversampling: int = OVERSAMPLING
) -> Image.Image:
    """Strokes in pixels → a grey picture (mode L): 255 where a round pen of that width touched, anti-aliased."""
    mask = Image.new("L", (canvas[0] * oversampling, canvas[1] * oversampling))
    brush = ImageDraw.Draw(mask)
    radius = pen_px * oversampling / 2
    for stroke in strokes:
        points = [(float(x), float(y)) for x, y in stroke * oversampling]
        brush.line(points, fill=255, width=round(2 * radius), joint="curve")
        for x, y in (points[0], points[-1]):
            brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return mask.reduce(oversampling)
