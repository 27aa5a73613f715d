"""Digits far apart, each circled, boxed, underlined, beside a pen, a hole, a ghost or a word, or alone."""

import cv2
import numpy as np

from training.rendering.pages.hands import Hands
from training.rendering.pages.ink import Ink
from training.rendering.pages.layouts.centred import write_centred
from training.rendering.pages.layouts.ornaments import circle, underline
from training.rendering.pages.numbers import Style, choose_style
from training.rendering.pages.scenery import draw_scenery, print_words
from training.rendering.pages.sheet import Layer, Random, Sheet, draw_strokes
from training.rendering.pages.slot import Slot

Place = tuple[float, float]  # x and y of a digit's middle


def write_single(sheet: Sheet, hands: Hands, ink: Ink, digit_px: float, random: Random) -> None:
    """Spread digits over the sheet, with something else in some places."""
    layer, frame, faint = sheet.make_layer(), sheet.make_layer(), sheet.make_layer()
    step = digit_px * random.uniform(1.9, 3.5)
    style = choose_style(random)
    for y in np.arange(random.uniform(0.2, 1) * step, sheet.height + digit_px, step):
        for x in np.arange(random.uniform(0.2, 1) * step, sheet.width + digit_px, step):
            place = (float(x + random.normal(0, 0.1) * step), float(y + random.normal(0, 0.1) * step))
            kind = random.random()
            if kind < 0.12:
                draw_scenery(layer, hands, place, digit_px * random.uniform(0.5, 1.3), random)
            else:
                _write_one(sheet, hands, style, (layer, frame, faint), kind, place, digit_px, random)
    sheet.apply(faint, ink.writing * float(random.uniform(0.08, 0.28)), ink.target)
    sheet.apply(frame, ink.frame, ink.target)
    sheet.apply(layer, ink.writing, ink.target)


def _write_one(
    sheet: Sheet,
    hands: Hands,
    style: Style,
    layers: tuple[Layer, Layer, Layer],
    kind: float,
    place: Place,
    digit_px: float,
    random: Random,
) -> None:
    """A digit and what stands at it, which `kind` (0.12..1) chooses. `layers`: writing, frames, faint ink."""
    layer, frame, faint = layers
    sign, hand = str(random.integers(10)), hands.pick(random)
    mark = write_centred(sheet, layer, sign, hand, style, place, digit_px, 0.05, random)
    pen = max(1.0, digit_px * random.uniform(0.03, 0.12))
    target = layer if random.random() < 0.6 else frame
    if kind < 0.27:
        circle(target, place, digit_px * random.uniform(0.75, 1.1), pen, random)
    elif kind < 0.37:
        underline(layer, [mark], pen, random)
    elif kind < 0.50:
        _draw_box(target, place, pen, digit_px, random)
    elif kind < 0.56:
        _punch_hole(layer, place, digit_px, random)
    elif kind < 0.64:
        _write_ghost(faint, hands, place, pen, digit_px, random)
    elif kind < 0.68:
        start = (place[0] - digit_px * 1.2, place[1] + digit_px * 0.4)
        print_words(faint, hands, start, digit_px * random.uniform(0.6, 1.2), random)
    elif kind < 0.73:
        _lay_pen(frame, place, digit_px, random)


def _draw_box(layer: Layer, place: Place, pen: float, digit_px: float, random: Random) -> None:
    """A box around the digit, drawn by hand."""
    half = digit_px * random.uniform(0.65, 1.1)
    corners = np.array([(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)])
    box = corners * random.uniform(0.85, 1.15, 2) + place + random.normal(0, 0.02 * digit_px, (5, 2))
    draw_strokes(layer, [box.astype(np.float32)], pen)


def _punch_hole(layer: Layer, place: Place, digit_px: float, random: Random) -> None:
    x, y = np.array(place) + random.choice([-1, 1], 2) * digit_px * random.uniform(0.65, 1.0, 2)
    radius = max(2, int(digit_px * random.uniform(0.08, 0.22)))
    cv2.circle(layer, (int(x), int(y)), radius, 255, -1, cv2.LINE_AA)


def _write_ghost(faint: Layer, hands: Hands, place: Place, pen: float, digit_px: float, random: Random) -> None:
    """A digit that was erased, or that shows through from the other side. It is no mark."""
    ghost = hands.pick(random)
    left, baseline = place[0] - digit_px * random.uniform(0.6, 1.2), place[1] + digit_px * random.uniform(0.0, 0.6)
    slot = Slot(left, baseline, digit_px * random.uniform(0.8, 1.3), 0.1, pen)
    ghost.write(faint, str(random.integers(10)), slot, random)


def _lay_pen(frame: Layer, place: Place, digit_px: float, random: Random) -> None:
    """A thick bar, as a pen that lies on the paper, unless it would cover the digit."""
    start, end = np.array(place) + random.uniform(-1.2, 1.2, (2, 2)) * digit_px * 1.6
    (along_x, along_y), (to_x, to_y) = end - start, np.array(place) - start
    distance = abs(along_x * to_y - along_y * to_x) / (np.hypot(along_x, along_y) + 1)
    if distance > 0.75 * digit_px:
        draw_strokes(frame, [np.stack([start, end]).astype(np.float32)], digit_px * random.uniform(0.1, 0.3))
