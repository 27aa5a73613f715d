"""What stands around an amount in a field of a cheque or a form: printed currency signs, frames, pieces of words.

A field's place comes in; ink on layers goes out. Nothing here is a digit, and most of it is cut off by the picture.
"""

import cv2
import numpy as np

from training.rendering.pages.fonts import print_text
from training.rendering.pages.hands import Hands
from training.rendering.pages.layouts.frames import draw_frame
from training.rendering.pages.scenery import print_one_word, print_words
from training.rendering.pages.sheet import Layer, Random, choose, draw_strokes, paste_mask

CURRENCIES = ("$", "R$", "US$", "Fr.", "CHF", "EUR", "Rs.", "kr", "DM", "F")  # that every font has
OTHER_CURRENCIES = ("\u20ac", "\u00a3", "\u00a5", "\u20ac", "\u00a3")  # that the fonts named here have
WITH_ALL_CURRENCIES = ("DejaVu", "STIX")


def print_currency(layer: Layer, hands: Hands, start: tuple[float, float], digit_px: float, random: Random) -> None:
    """A printed currency sign that ends before `start` (left, baseline)."""
    font = choose(hands.fonts, random)
    every = any(name in font for name in WITH_ALL_CURRENCIES)
    text = choose(OTHER_CURRENCIES if every and random.random() < 0.4 else CURRENCIES, random)
    mask = print_text(text, font, max(6, round(digit_px * random.uniform(0.6, 1.6))))
    gap = digit_px * random.uniform(0.08, 0.8)
    top = start[1] - mask.shape[0] - digit_px * random.uniform(-0.15, 0.3)
    paste_mask(layer, mask, round(start[0] - gap - mask.shape[1]), round(top))


def frame_field(layer: Layer, baseline: float, digit_px: float, random: Random) -> None:
    """The box of the field, of which some sides lie outside the picture."""
    width = layer.shape[1]
    left, right = random.uniform(-0.2, 0.3) * width, random.uniform(0.75, 1.3) * width
    top, bottom = baseline - digit_px * random.uniform(1.1, 1.9), baseline + digit_px * random.uniform(0.0, 0.6)
    draw_frame(layer, (left, top, right, bottom), random.random(), int(random.integers(1, 4)))


def print_neighbours(layer: Layer, hands: Hands, baseline: float, digit_px: float, random: Random) -> None:
    """Words and strokes of the lines above and below, which the picture cuts off."""
    width = layer.shape[1]
    for _ in range(int(random.integers(1, 4))):
        above = random.random() < 0.5
        y = (
            baseline - digit_px * random.uniform(1.25, 1.7)
            if above
            else baseline + digit_px * random.uniform(0.75, 1.4)
        )
        x, size = random.uniform(-0.1, 0.9) * width, digit_px * random.uniform(0.3, 0.8)
        write = print_one_word if random.random() < 0.6 else print_words
        write(layer, hands, (x, y), size, random)


def draw_end_stroke(layer: Layer, end: tuple[float, float], pen_px: float, digit_px: float, random: Random) -> None:
    """What people put after an amount so that nobody adds a digit: lines, waves, zigzags, `#`, from `end` on."""
    x0, y0 = end[0] + digit_px * random.uniform(0.1, 0.5), end[1] - digit_px * random.uniform(0.15, 0.65)
    length = digit_px * float(np.exp(random.uniform(np.log(0.35), np.log(6))))
    t = np.linspace(0, 1, 40)
    wave = np.zeros(40) if random.random() < 0.6 else np.sin(t * length / digit_px * random.uniform(4, 14))
    y = y0 + wave * digit_px * random.uniform(0.05, 0.25) + t * random.normal(0, 0.12) * digit_px
    line = np.stack([x0 + t * length, y], 1).astype(np.float32)
    below = np.asarray(line + np.array([random.normal(0, 0.1), random.uniform(0.15, 0.35)]) * digit_px, np.float32)
    draw_strokes(layer, [line] if random.random() < 0.6 else [line, below], pen_px)


def print_rules(layer: Layer, baseline: float, digit_px: float, random: Random) -> None:
    """The lower and the upper edge of the field, from end to end."""
    below, above = baseline + digit_px * random.uniform(-0.02, 0.4), baseline - digit_px * random.uniform(1.0, 1.6)
    for y in (below, above):
        if random.random() < 0.7:
            other = round(y + random.normal(0, 1))
            cv2.line(layer, (0, round(y)), (layer.shape[1], other), 255, int(random.integers(1, 3)), cv2.LINE_AA)
