"""One number in the middle of the sheet, as in a field of a form; sometimes cents, printed signs and rules."""

import numpy as np

from training.rendering.pages.hand import Hand
from training.rendering.pages.hands import Hands
from training.rendering.pages.ink import Ink
from training.rendering.pages.layouts.field_surroundings import (
    draw_end_stroke,
    frame_field,
    print_currency,
    print_neighbours,
    print_rules,
)
from training.rendering.pages.layouts.ornaments import underline
from training.rendering.pages.numbers import Style, choose_style, write_number
from training.rendering.pages.scenery import print_words
from training.rendering.pages.sheet import Layer, Random, Sheet, paste_mask
from training.rendering.pages.texts import choose_digits, make_amount, make_ones, make_text


def write_strip(sheet: Sheet, hands: Hands, ink: Ink, digit_px: float, random: Random) -> None:
    """Write the number and what may stand around it."""
    layer, frame = sheet.make_layer(), sheet.make_layer()
    style = choose_style(random)
    hand = hands.pick(random, printed=0.06)
    text = _choose_text(random)
    left = sheet.width * 0.5 - len(text) * digit_px * 0.35 + random.normal(0, 0.6) * digit_px
    baseline = sheet.height / 2 + digit_px / 2 + random.normal(0, 0.12) * digit_px
    marks = write_number(layer, text, hand, style, (left, baseline), digit_px, random)
    sheet.marks += marks
    end = marks[-1].box[2], baseline
    kind = random.random()
    if kind < 0.15:
        _write_cents(sheet, layer, hand, style, end, digit_px, random)
    elif kind < 0.36:
        draw_end_stroke(layer, end, max(1.0, style.pen * digit_px), digit_px, random)
    _surround(frame, layer, hands, (marks[0].box[0], baseline), digit_px, random)
    sheet.apply(frame, ink.frame, ink.target)
    sheet.apply(layer, ink.writing, ink.target)


def _choose_text(random: Random) -> str:
    kind = random.random()
    if kind < 0.12:
        return make_ones(random)
    return make_text(random, longest=10) if kind < 0.5 else make_amount(random)


def _surround(
    frame: Layer, layer: Layer, hands: Hands, start: tuple[float, float], digit_px: float, random: Random
) -> None:
    """Print what belongs to the field and to its neighbours."""
    if random.random() < 0.18:
        _label(layer if random.random() < 0.5 else frame, hands, start, digit_px, random)
    elif random.random() < 0.3:
        print_currency(layer if random.random() < 0.5 else frame, hands, start, digit_px, random)
    if random.random() < 0.25:
        print_rules(frame, start[1], digit_px, random)
    if random.random() < 0.25:
        frame_field(frame, start[1], digit_px, random)
    if random.random() < 0.25:
        print_neighbours(frame, hands, start[1], digit_px, random)


def _write_cents(
    sheet: Sheet, layer: Layer, hand: Hand, style: Style, end: tuple[float, float], digit_px: float, random: Random
) -> None:
    """Two small digits after the number: raised, most of them underlined, or over a 100 or an xx."""
    small = digit_px * random.uniform(0.4, 0.75)
    text = choose_digits(2, random) if random.random() < 0.5 else "00"
    start = (end[0] + digit_px * random.uniform(0.08, 0.4), end[1] - digit_px * random.uniform(0.3, 0.6))
    cents = write_number(layer, text, hand, style, start, small, random)
    sheet.marks += cents
    if random.random() < 0.3:
        over = "100" if random.random() < 0.6 else "xx"
        below = (cents[0].box[0], max(mark.box[3] for mark in cents) + small * random.uniform(1.1, 1.35))
        sheet.marks += write_number(layer, over, hand, style, below, small, random)
    if random.random() < 0.7:
        underline(layer, cents, style.pen * digit_px, random)


def _label(layer: Layer, hands: Hands, start: tuple[float, float], digit_px: float, random: Random) -> None:
    """Words before the number. They are written apart and moved, so that they end before it."""
    words = np.zeros((layer.shape[0], 2 * layer.shape[1]), np.uint8)
    end = print_words(words, hands, (0, start[1]), digit_px * random.uniform(0.5, 0.9), random)
    paste_mask(layer, words[:, : round(end)], round(start[0] - end - digit_px * random.uniform(0.1, 1)), 0)
