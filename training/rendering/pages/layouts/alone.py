"""One digit or short number anywhere, with at most one other thing: a frame, a ghost, a stamp, a pen, a hole, a ring.

This is what people send when they ask for one digit. The frame may be far away, at the edges of the picture.
"""

import cv2
import numpy as np

from training.rendering.pages.hands import Hands
from training.rendering.pages.ink import Ink
from training.rendering.pages.layouts.centred import write_centred
from training.rendering.pages.layouts.ornaments import circle, underline
from training.rendering.pages.numbers import choose_style
from training.rendering.pages.scenery import print_words
from training.rendering.pages.sheet import Layer, Random, Sheet, draw_strokes, enclose
from training.rendering.pages.slot import Slot
from training.rendering.pages.texts import choose_digits

Box = tuple[float, float, float, float]


def write_alone(sheet: Sheet, hands: Hands, ink: Ink, digit_px: float, random: Random) -> None:
    """Write the digit and perhaps something beside it."""
    layer, frame, faint = sheet.make_layer(), sheet.make_layer(), sheet.make_layer()
    place = (random.uniform(0.25, 0.75) * sheet.width, random.uniform(0.25, 0.75) * sheet.height)
    text = choose_digits(1 if random.random() < 0.7 else int(random.integers(2, 5)), random)
    hand = hands.pick(random, printed=0.03)
    write_centred(sheet, layer, text, hand, choose_style(random), place, digit_px, 0.0, random)
    box = enclose(sheet.marks)
    pen = max(1.0, digit_px * random.uniform(0.02, 0.12))
    kind = random.random()
    if kind < 0.3:
        _frame(frame, box, pen, digit_px, random)
    elif kind < 0.42:
        _write_ghost(faint, hands, box, pen, digit_px, random)
    elif kind < 0.52:
        start = (box[0] - digit_px * random.uniform(0, 2), box[3] - digit_px * random.uniform(0, 0.5))
        print_words(faint, hands, start, digit_px * random.uniform(0.5, 1.1), random)
    elif kind < 0.62:
        _lay_pen(frame, box, digit_px, random)
    elif kind < 0.7:
        _punch_hole(layer, box, digit_px, random)
    elif kind < 0.78:
        radius = max(box[2] - box[0], box[3] - box[1]) * random.uniform(0.62, 1.3)
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        circle(layer if random.random() < 0.6 else frame, middle, radius, pen, random)
    elif kind < 0.84:
        underline(layer, sheet.marks[-1:], pen, random)
    sheet.apply(faint, ink.writing * float(random.uniform(0.08, 0.3)), ink.target)
    sheet.apply(frame, ink.frame, ink.target)
    sheet.apply(layer, ink.writing, ink.target)


def _frame(layer: Layer, box: Box, pen: float, digit_px: float, random: Random) -> None:
    """A frame near the digit or far from it, or two or three of its sides."""
    left, top, right, bottom = box
    far = digit_px * np.exp(random.uniform(np.log(0.08), np.log(2.5), 4))
    x0, y0, x1, y1 = left - far[0], top - far[1], right + far[2], bottom + far[3]
    corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]) + random.normal(0, 0.02 * digit_px, (4, 2))
    closed = random.random() < 0.75
    points = np.concatenate([corners, corners[:1]]) if closed else corners[: int(random.integers(2, 5))]
    draw_strokes(layer, [points.astype(np.float32)], pen)


def _write_ghost(faint: Layer, hands: Hands, box: Box, pen: float, digit_px: float, random: Random) -> None:
    """A digit beside the others that was erased. It is no mark."""
    before = random.random() < 0.5
    left = box[0] - digit_px * random.uniform(0.7, 1.5) if before else box[2] + digit_px * random.uniform(0, 0.5)
    baseline = box[3] + digit_px * random.normal(0, 0.3)
    slot = Slot(left, baseline, digit_px * random.uniform(0.7, 1.3), 0.1, pen)
    hands.pick(random).write(faint, str(random.integers(10)), slot, random)


def _lay_pen(layer: Layer, box: Box, digit_px: float, random: Random) -> None:
    """A thick bar beside the digit, from far above to far below it."""
    gap = digit_px * random.uniform(0.3, 2)
    x = box[2] + gap if random.random() < 0.5 else box[0] - gap
    lean = random.normal(0, 0.3) * digit_px
    bar = np.array([[x + lean, box[1] - 2 * digit_px], [x - lean, box[3] + 2 * digit_px]], np.float32)
    draw_strokes(layer, [bar], digit_px * random.uniform(0.05, 0.35))


def _punch_hole(layer: Layer, box: Box, digit_px: float, random: Random) -> None:
    x = box[0] - digit_px * random.uniform(0.3, 1.5)
    y = (box[1] + box[3]) / 2 + random.normal(0, 0.5) * digit_px
    radius = max(1, int(digit_px * random.uniform(0.06, 0.25)))
    cv2.circle(layer, (int(x), int(y)), radius, 255, -1, cv2.LINE_AA)
