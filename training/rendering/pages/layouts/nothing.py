"""A page without digits: printed or written words, drawings, empty forms, big dark things."""

import cv2
import numpy as np

from training.rendering.pages.hands import Hands
from training.rendering.pages.ink import Ink
from training.rendering.pages.layouts.empty_form import write_empty_form
from training.rendering.pages.layouts.field_surroundings import (
    draw_end_stroke,
    frame_field,
    print_currency,
    print_neighbours,
)
from training.rendering.pages.scenery import draw_scenery, print_words
from training.rendering.pages.sheet import Layer, Random, Sheet

WORDS_SHARE, DRAWINGS_SHARE = 0.27, 0.35  # of these pages; the rest are empty forms
FIELDS_SHARE = 0.1  # of these pages: the empty field of an amount


def write_nothing(sheet: Sheet, hands: Hands, ink: Ink, digit_px: float, random: Random) -> None:
    """Words, drawings or an empty form, and sometimes lines and a rectangle."""
    layer, frame = sheet.make_layer(), sheet.make_layer()
    kind = random.random()
    if kind < WORDS_SHARE:
        _fill_with_words(layer, hands, digit_px, random)
    elif kind < WORDS_SHARE + DRAWINGS_SHARE:
        _fill_with_drawings(layer, hands, digit_px, random)
    elif kind < 1 - FIELDS_SHARE:
        write_empty_form(layer, frame, hands, digit_px, random)
    else:
        _print_empty_field(layer, frame, hands, digit_px, random)
    if kind < WORDS_SHARE + DRAWINGS_SHARE and random.random() < 0.25:
        _draw_lines(layer, digit_px, random)
    if random.random() < 0.15:
        _draw_rectangle(layer, digit_px, random)
    sheet.apply(frame, ink.frame, ink.target)
    sheet.apply(layer, ink.writing, ink.target)


def _print_empty_field(layer: Layer, frame: Layer, hands: Hands, digit_px: float, random: Random) -> None:
    """A field as of a cheque, with its currency, its neighbours and perhaps a stroke, but without an amount."""
    start = layer.shape[1] * random.uniform(0.2, 0.7), layer.shape[0] / 2 + digit_px / 2
    frame_field(frame, start[1], digit_px, random)
    print_neighbours(frame, hands, start[1], digit_px, random)
    if random.random() < 0.7:
        print_currency(frame, hands, start, digit_px, random)
    if random.random() < 0.5:
        draw_end_stroke(layer, start, max(1.0, digit_px * random.uniform(0.03, 0.15)), digit_px, random)


def _fill_with_drawings(layer: Layer, hands: Hands, digit_px: float, random: Random) -> None:
    """Drawings of all sizes anywhere, or of about one size over the whole sheet."""
    height, width = layer.shape
    largest = digit_px * float(np.exp(random.uniform(-0.5, 1.8)))
    most = int(np.clip(height * width / (2 * largest * largest), 2, 24))
    for _ in range(int(random.integers(1, most + 1))):
        place = (random.uniform(0, width), random.uniform(0, height))
        draw_scenery(layer, hands, place, largest * float(np.exp(random.uniform(-0.5, 0.2))), random)


def _fill_with_words(layer: Layer, hands: Hands, digit_px: float, random: Random) -> None:
    height, width = layer.shape
    y = random.uniform(0.5, 1.5) * digit_px
    while y < height + digit_px:
        x = random.uniform(-2, 2) * digit_px
        while x < width:
            x = print_words(layer, hands, (x, y), digit_px, random) + 0.5 * digit_px
        y += digit_px * random.uniform(1.2, 2.2)


def _draw_lines(layer: Layer, digit_px: float, random: Random) -> None:
    """Lines across and down, as of an empty form."""
    for _ in range(int(random.integers(1, 12))):
        start = random.uniform(0, 1, 2) * layer.shape[::-1]
        end = start + random.choice([(1, 0), (0, 1)]) * random.uniform(0.5, 8) * digit_px
        (ax, ay), (bx, by) = start.astype(int).tolist(), end.astype(int).tolist()
        cv2.line(layer, (ax, ay), (bx, by), 255, int(random.integers(1, 4)), cv2.LINE_AA)


def _draw_rectangle(layer: Layer, digit_px: float, random: Random) -> None:
    """An empty box or a black one."""
    corner = (random.uniform(-0.1, 0.9, 2) * layer.shape[::-1]).astype(int)
    x1, y1 = (corner + (random.uniform(0.7, 4, 2) * digit_px).astype(int)).tolist()
    x0, y0 = corner.tolist()
    cv2.rectangle(layer, (x0, y0), (x1, y1), 255, int(random.choice([-1, 1, 2])), cv2.LINE_AA)
