"""Drawings for the canvas as strokes of points, and a small SVG of each for its button."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.rendering.examples.hand import draw_digit
from training.rendering.pages.sheet import Points

SIDE = 280  # pixels of the canvas
PEN, THIN_PEN = 20, 14  # pixels; two digits beside each other need the thinner one
STAR = [[(0.5, 0.0), (0.79, 0.9), (0.02, 0.35), (0.98, 0.35), (0.21, 0.9), (0.5, 0.0)]]
SEVEN_OR_ONE = [[(0.0, 0.12), (0.38, 0.0), (0.27, 1.0)]]

Strokes = list[list[list[int]]]  # stroke → point → x and y


@dataclass(frozen=True)
class Drawing:
    """Strokes in whole pixels, so that the canvas gives them back as they are, and the width of the pen."""

    strokes: Strokes
    pen: int = PEN


def make_drawings() -> dict[str, Drawing]:
    """By name."""
    return {
        "three": Drawing(_place(draw_digit("3"), 190)),
        "seven": Drawing(_place(draw_digit("7"), 190)),
        "eight": Drawing(_place(draw_digit("8"), 190)),
        "one-or-seven": Drawing(_place([np.array(stroke) for stroke in SEVEN_OR_ONE], 180)),
        "forty-two": Drawing([*_place(draw_digit("4"), 130, -66), *_place(draw_digit("2"), 130, 66)], THIN_PEN),
        "star": Drawing(_place([np.array(stroke) for stroke in STAR], 180)),
    }


def write_svg(drawing: Drawing) -> str:
    """Chalk on slate, as the canvas shows it."""
    lines = "".join(f'<path d="M{" ".join(f"{x},{y}" for x, y in stroke)}"/>' for stroke in drawing.strokes)
    style = f'fill="none" stroke="#fff" stroke-width="{drawing.pen}" stroke-linecap="round" stroke-linejoin="round"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">'
        f'<rect width="{SIDE}" height="{SIDE}" fill="#20302c"/><g {style}>{lines}</g></svg>\n'
    )


def _place(strokes: Sequence[Points], height: float, shift: float = 0.0) -> Strokes:
    """Scale to that height in pixels, and move to the middle of the canvas or `shift` pixels beside it."""
    points = np.concatenate(strokes)
    low, size = points.min(axis=0), np.ptp(points, axis=0)
    scale = height / size[1]
    corner = (SIDE - size * scale) / 2 + (shift, 0)
    placed = [((np.asarray(stroke) - low) * scale + corner).round().astype(int) for stroke in strokes]
    return [stroke.tolist() for stroke in placed]
