"""Draws shapes that are not digits on the page's canvas, to measure how many of them a model rejects.

The shapes are for evaluation only. For training, `training/data/doodles.py` makes doodles with its own code. The two
must stay different: a model must reject things that it has never seen. All kinds have the same share, by index.
Hand-drawn shapes are stretched by up to 15 % along each axis, turned by up to 12°, and drawn with a tremor of up to
3 %. Size, pen, ink and paper are those of `canvas.py`.
"""

import numpy as np
from PIL import Image

from training.rendering.canvas import draw_canvas, draw_text
from training.rendering.shapes import SHAPES
from training.rendering.strokes import Points

TYPED = "typed_text"
TEXTS = ("slate", "hello world", "name", "Total:", "yes please", "March", "draw here", "a b c", "thank you", "pages")
KINDS = (*SHAPES, TYPED)
MAX_TURN_DEG = 12
MAX_STRETCH = 0.15
POINT_STEP = 0.03  # distance between points / longer side
MAX_TREMOR = 0.03  # displacement / longer side


def kind_of(index: int) -> str:
    """Return the kind of shape that `draw_shape` draws for that index."""
    return KINDS[index % len(KINDS)]


def draw_shape(index: int, random: np.random.Generator) -> Image.Image:
    """Draw a shape of the kind that belongs to the index. The result is 280×280 RGBA."""
    if kind_of(index) == TYPED:
        return draw_text(str(random.choice(TEXTS)), random)
    return draw_canvas(_vary_strokes(SHAPES[kind_of(index)](random), random), random)


def _vary_strokes(strokes: list[Points], random: np.random.Generator) -> list[Points]:
    """Imitate another hand: stretch and turn the strokes, and add a tremor. The longer side becomes about 1."""
    angle = np.deg2rad(random.uniform(-MAX_TURN_DEG, MAX_TURN_DEG))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    stretch = np.diag(random.uniform(1 - MAX_STRETCH, 1 + MAX_STRETCH, 2))
    size = float(np.ptp(np.concatenate(strokes), axis=0).max())
    return [(_add_tremor(_add_points(stroke / size), random) @ stretch @ turn).astype(np.float32) for stroke in strokes]


def _add_points(stroke: Points) -> Points:
    """Add points along the stroke, until neighbours are at most about POINT_STEP apart."""
    lengths = np.hypot(*np.diff(stroke, axis=0).T)
    travelled = np.concatenate([[0], lengths.cumsum()])
    wanted = np.linspace(0, travelled[-1], max(2, int(travelled[-1] / POINT_STEP) + 1))
    return np.stack([np.interp(wanted, travelled, stroke[:, axis]) for axis in (0, 1)], axis=1).astype(np.float32)


def _add_tremor(stroke: Points, random: np.random.Generator) -> Points:
    """Move the points along three waves in each direction, by at most MAX_TREMOR in total."""
    along = np.arange(len(stroke))[:, None, None] * POINT_STEP  # (P, 1, 1)
    frequency, phase = random.uniform(0.3, 2.5, (2, 3)), random.uniform(0, 2 * np.pi, (2, 3))
    waves = np.sin(2 * np.pi * frequency * along + phase).mean(axis=2)  # (P, 2)
    return np.asarray(stroke + random.uniform(0, MAX_TREMOR) * waves, np.float32)
