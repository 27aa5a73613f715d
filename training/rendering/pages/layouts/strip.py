"""One number in the middle of the sheet, as in a field of a form; sometimes cents, printed signs and rules."""

import cv2
import numpy as np

from training.rendering.pages.hand import Hand
from training.rendering.pages.hands import Hands
from training.rendering.pages.ink import Ink
from training.rendering.pages.layouts.ornaments import underline
from training.rendering.pages.numbers import Style, choose_style, write_number
from training.rendering.pages.scenery import print_words
from training.rendering.pages.sheet import Layer, Random, Sheet, draw_strokes, paste_mask
from training.rendering.pages.texts import choose_digits, make_amount, make_text


def write_strip(sheet: Sheet, hands: Hands, ink: Ink, digit_px: float, random: Random) -> None:
    """Write the number and what may stand around it."""
    layer = sheet.make_layer()
    style = choose_style(random)
    hand = hands.pick(random, printed=0.03)
    text = make_text(random, longest=10) if random.random() < 0.5 else make_amount(random)
    left = sheet.width * 0.5 - len(text) * digit_px * 0.35 + random.normal(0, 0.6) * digit_px
    baseline = sheet.height / 2 + digit_px / 2 + random.normal(0, 0.12) * digit_px
    marks = write_number(layer, text, hand, style, (left, baseline), digit_px, random)
    sheet.marks += marks
    end = marks[-1].box[2]
    kind = random.random()
    if kind < 0.12:
        _raise_cents(sheet, layer, hand, style, (end, baseline), digit_px, random)
    elif kind < 0.3:
        _fill_with_line(layer, style, (end, baseline), digit_px, random)
    if random.random() < 0.2:
        _label(sheet, layer, hands, (left, baseline), digit_px, random)
    if random.random() < 0.3:
        _print_rules(sheet, ink, baseline, digit_px, random)
    sheet.apply(layer, ink.writing, ink.target)


def _raise_cents(
    sheet: Sheet, layer: Layer, hand: Hand, style: Style, end: tuple[float, float], digit_px: float, random: Random
) -> None:
    """Two small raised digits after the number, most of them underlined."""
    small = digit_px * random.uniform(0.5, 0.75)
    text = choose_digits(2, random) if random.random() < 0.5 else "00"
    start = (end[0] + 0.15 * digit_px, end[1] - 0.4 * digit_px)
    cents = write_number(layer, text, hand, style, start, small, random)
    sheet.marks += cents
    if random.random() < 0.7:
        underline(layer, cents, style.pen * digit_px, random)


def _fill_with_line(layer: Layer, style: Style, end: tuple[float, float], digit_px: float, random: Random) -> None:
    """One or two lines that fill the rest of the field."""
    x, y = end[0], end[1] - digit_px * random.uniform(0.2, 0.6)
    line = np.array(
        [
            [x + 0.3 * digit_px, y],
            [x + digit_px * random.uniform(1, 6), y + random.normal(0, 0.15) * digit_px],
        ],
        np.float32,
    )
    below = np.asarray(line + np.array([0, 0.25 * digit_px], np.float32))
    draw_strokes(layer, [line] if random.random() < 0.6 else [line, below], style.pen * digit_px)


def _label(
    sheet: Sheet, layer: Layer, hands: Hands, start: tuple[float, float], digit_px: float, random: Random
) -> None:
    """Words before the number. They are written apart and moved, so that they end before it."""
    words = np.zeros((sheet.height, 2 * sheet.width), np.uint8)
    end = print_words(words, hands, (0, start[1]), digit_px * random.uniform(0.5, 0.9), random)
    paste_mask(layer, words[:, : round(end)], round(start[0] - end - digit_px * random.uniform(0.1, 1)), 0)


def _print_rules(sheet: Sheet, ink: Ink, baseline: float, digit_px: float, random: Random) -> None:
    """The lower and the upper edge of the field."""
    frame = sheet.make_layer()
    below, above = baseline + digit_px * random.uniform(-0.02, 0.4), baseline - digit_px * random.uniform(1.0, 1.6)
    for y in (below, above):
        if random.random() < 0.7:
            other = round(y + random.normal(0, 1))
            cv2.line(frame, (0, round(y)), (sheet.width, other), 255, int(random.integers(1, 3)), cv2.LINE_AA)
    sheet.apply(frame, ink.frame, ink.target)
