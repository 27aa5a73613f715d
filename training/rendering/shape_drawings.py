"""Drawings of what is no digit: scribbles, faces, signs, shapes, words by hand and in type, on the digits' canvas.

Each kind has the same share: index → kind in turn. Proportions vary as `shapes` says and by up to 15 % a side,
everything is turned by up to 12°, and a tremor of up to 3 % bends the lines. Sizes, pens, inks and papers are those
of `canvas`; type is 120 to 260 pixels long. Only for evaluation: what a network learns to refuse is made elsewhere.
"""

import numpy as np
from PIL import Image

from training.rendering.canvas import draw_canvas, draw_text
from training.rendering.shapes import SHAPES
from training.rendering.strokes import Points

TYPED = "typed_text"
TEXTS = ("slate", "hello world", "name", "Total:", "yes please", "March", "draw here", "a b c", "thank you", "pages")
KINDS = (*SHAPES, TYPED)
STEP = 0.03  # of the longer side, between points
MAX_TREMOR = 0.03  # of the longer side


def kind_of(index: int) -> str:
    """What `draw_shape` draws for that index."""
    return KINDS[index % len(KINDS)]


def draw_shape(index: int, random: np.random.Generator) -> Image.Image:
    """280×280 RGBA."""
    if kind_of(index) == TYPED:
        return draw_text(str(random.choice(TEXTS)), random)
    return draw_canvas(vary(SHAPES[kind_of(index)](random), random), random)


def vary(strokes: list[Points], random: np.random.Generator) -> list[Points]:
    """The same as another hand would draw it: stretched, turned, with a tremor."""
    angle = np.deg2rad(random.uniform(-12, 12))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    stretch = np.diag(random.uniform(0.85, 1.15, 2))
    size = float(np.ptp(np.concatenate(strokes), axis=0).max())
    return [(_tremble(_subdivide(stroke / size), random) @ stretch @ turn).astype(np.float32) for stroke in strokes]


def _subdivide(stroke: Points) -> Points:
    """Points no further apart than STEP."""
    lengths = np.hypot(*np.diff(stroke, axis=0).T)
    at = np.concatenate([[0], lengths.cumsum()])
    wanted = np.linspace(0, at[-1], max(2, int(at[-1] / STEP) + 1))
    return np.stack([np.interp(wanted, at, stroke[:, axis]) for axis in (0, 1)], axis=1).astype(np.float32)


def _tremble(stroke: Points, random: np.random.Generator) -> Points:
    """Moved by three waves in each direction, together at most MAX_TREMOR."""
    along = np.arange(len(stroke))[:, None, None] * STEP  # (P, 1, 1)
    frequency, phase = random.uniform(0.3, 2.5, (2, 3)), random.uniform(0, 2 * np.pi, (2, 3))
    waves = np.sin(2 * np.pi * frequency * along + phase).mean(axis=2)  # (P, 2)
    return np.asarray(stroke + random.uniform(0, MAX_TREMOR) * waves, np.float32)
