"""Drawings for the canvas as strokes of points, and a small SVG of each for its button."""

from collections.abc import Mapping, Sequence

import numpy as np

from training.rendering.examples.hand import draw_digit
from training.rendering.pages.sheet import Points

SIDE = 280  # pixels of the canvas
PEN = 20
Strokes = Sequence[Sequence[tuple[int, int]]]

STAR = [[(0.5, 0.0), (0.79, 0.9), (0.02, 0.35), (0.98, 0.35), (0.21, 0.9), (0.5, 0.0)]]
SEVEN_OR_ONE = [[(0.0, 0.3), (0.35, 0.02), (0.27, 1.0)]]


def make_drawings() -> dict[str, Strokes]:
    """By name. The points are whole pixels, so that the canvas gives them back as they are."""
    return {
        "three": _place(draw_digit("3"), 190),
        "seven": _place(draw_digit("7"), 190),
        "eight": _place(draw_digit("8"), 190),
        "one-or-seven": _place([np.array(stroke) for stroke in SEVEN_OR_ONE], 180),
        "forty-two": [*_place(draw_digit("4"), 130, -62), *_place(draw_digit("2"), 130, 62)],
        "star": _place([np.array(stroke) for stroke in STAR], 180),
    }


def write_svg(strokes: Strokes) -> str:
    """Chalk on slate, as the canvas shows it."""
    lines = "".join(f'<path d="M{" ".join(f"{x},{y}" for x, y in stroke)}"/>' for stroke in strokes)
    style = f'fill="none" stroke="#fff" stroke-width="{PEN}" stroke-linecap="round" stroke-linejoin="round"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">'
        f'<rect width="{SIDE}" height="{SIDE}" fill="#20302c"/><g {style}>{lines}</g></svg>\n'
    )


def as_json(drawings: Mapping[str, Strokes]) -> dict[str, list[list[list[int]]]]:
    """Lists in place of tuples."""
    return {name: [[[x, y] for x, y in stroke] for stroke in strokes] for name, strokes in drawings.items()}


def _place(strokes: Sequence[Points], height: float, shift: float = 0.0) -> Strokes:
    """Scale to that height in pixels, and move to the middle of the canvas or `shift` pixels beside it."""
    points = np.concatenate(strokes)
    low, size = points.min(axis=0), np.ptp(points, axis=0)
    scale = height / size[1]
    corner = (SIDE - size * scale) / 2 + (shift, 0)
    placed = [((np.asarray(stroke) - low) * scale + corner).round().astype(int) for stroke in strokes]
    return [[(int(x), int(y)) for x, y in stroke] for stroke in placed]
