"""Writes a number on a layer: digits, separators and other signs along a baseline, in one hand and style.

A text comes in; ink on the layer and a mark for each sign go out.
"""

from dataclasses import dataclass, replace

import numpy as np

from training.rendering.pages.hand import Hand, Type
from training.rendering.pages.sheet import BACKGROUND, DIGITS, SEPARATORS, Layer, Mark, Random, draw_strokes
from training.rendering.pages.signs import write_other, write_separator
from training.rendering.pages.slot import Slot

USUAL_PEN, THIN_PEN = (0.035, 0.19), (0.01, 0.04)  # width / height of a digit
THINNEST_PX = 0.6  # of a pen
PRINTED = SEPARATORS + "$%=+*#"  # signs that a font prints; the others are drawn
PRINTED_PLACES = {  # printed sign → its height and the height of its lower end, as shares of a digit's height
    ".": (0.12, 0.0),
    ",": (0.25, -0.13),
    ":": (0.6, 0.0),
    "/": (1.0, 0.0),
    "-": (0.1, 0.35),
    "=": (0.4, 0.2),
}


@dataclass(frozen=True)
class Style:
    """How a person writes: all lengths are shares of the digits' height."""

    slant: float
    pen: float
    gap: float  # between the boxes of two digits; negative if they overlap
    gap_jitter: float
    size_jitter: float
    rise: float  # of the baseline for each pixel to the right
    wobble: float  # displacement of single digits up and down
    ligature: float  # share of the digits that are joined to the next


def choose_style(random: Random) -> Style:
    """A random style: most people write digits apart, some let them touch."""
    tight = random.random() < 0.35
    return Style(
        slant=float(np.clip(random.normal(0.1, 0.15), -0.35, 0.45)),
        pen=float(np.exp(random.uniform(*np.log(USUAL_PEN if random.random() < 0.85 else THIN_PEN)))),
        gap=float(random.uniform(-0.08, 0.1) if tight else random.uniform(0.05, 0.45)),
        gap_jitter=float(random.uniform(0.02, 0.09)),
        size_jitter=float(random.uniform(0.03, 0.13)),
        rise=float(random.normal(0, 0.03)),
        wobble=float(random.uniform(0.01, 0.07)),
        ligature=float(0.5 * random.random() * (random.random() < 0.15)),
    )


def write_number(
    layer: Layer, text: str, hand: Hand, style: Style, start: tuple[float, float], height: float, random: Random
) -> list[Mark]:
    """Write `text` from `start` (left, baseline) on. Returns the marks of all signs, background among them."""
    x = start[0]
    marks: list[Mark] = []
    pen = max(THINNEST_PX, style.pen * height)
    for index, sign in enumerate(text):
        if sign == " ":
            x += height * random.uniform(0.5, 0.9)
            continue
        size = height * float(np.exp(random.normal(0, style.size_jitter)))
        baseline = start[1] + style.rise * (x - start[0]) + height * random.normal(0, style.wobble)
        mark = _write_sign(
            layer, sign, hand, Slot(x, baseline, size, style.slant + random.normal(0, 0.04), pen), random
        )
        before, after = text[index - 1 : index], text[index + 1 : index + 2]
        if before and before in DIGITS and sign in DIGITS and random.random() < style.ligature:
            _join(layer, marks[-1], mark, pen, random)
        marks.append(mark)
        x = max(mark.box[2] + _choose_gap(sign, after, style, random) * height, mark.box[0] + 2)
    return marks


def _write_sign(layer: Layer, sign: str, hand: Hand, slot: Slot, random: Random) -> Mark:
    """Write one sign; the hand writes digits, and a printer also prints the signs that its font has."""
    if sign in DIGITS:
        return hand.write(layer, sign, slot, random)
    if isinstance(hand, Type) and sign in PRINTED:
        mark = hand.write(layer, sign, _fit_printed(slot, sign), random)
        return mark if sign in SEPARATORS else Mark(BACKGROUND, mark.box)
    return write_separator(layer, sign, slot, random) if sign in SEPARATORS else write_other(layer, sign, slot, random)


def _choose_gap(sign: str, after: str, style: Style, random: Random) -> float:
    """The gap to the next sign / height. Separators stand closer."""
    gap = style.gap + random.normal(0, style.gap_jitter)
    if sign in SEPARATORS or (after and after in SEPARATORS):
        return max(0.02, gap * 0.6)
    return gap


def _fit_printed(slot: Slot, sign: str) -> Slot:
    """The slot for a printed sign, which is only as high as its ink."""
    share, above = PRINTED_PLACES.get(sign, (1.0, 0.0))
    return replace(slot, baseline=slot.baseline - above * slot.height, height=share * slot.height)


def _join(layer: Layer, one: Mark, other: Mark, pen: float, random: Random) -> None:
    """A thin line from the end of one digit to the beginning of the next, at the bottom or near the top."""
    y0 = one.box[3] - one.height * (random.uniform(0.02, 0.2) if random.random() < 0.5 else random.uniform(0.75, 0.95))
    y1 = other.box[1] + other.height * random.uniform(0.05, 0.5)
    a, b = (one.box[2] - 0.15 * one.height, y0), (other.box[0] + 0.15 * other.height, y1)
    line = np.array([a, ((a[0] + b[0]) / 2, min(y0, y1)), b], np.float32)
    draw_strokes(layer, [line], max(THINNEST_PX, pen * 0.8))
