"""Writes a number on a layer: digits, separators and other signs along a baseline, in one hand."""

from dataclasses import dataclass

import numpy as np

from training.rendering.pages.hands import Hand, Slot, Type
from training.rendering.pages.sheet import DIGITS, SEPARATORS, Layer, Mark, Random, draw_strokes
from training.rendering.pages.signs import write_other, write_separator


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
        pen=float(np.exp(random.uniform(np.log(0.035), np.log(0.19)) if random.random() < 0.85 else random.uniform(np.log(0.01), np.log(0.04)))),
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
    """Write `text` from `start` (left, baseline) on. Returns marks of all signs; background has a space as its sign."""
    left, baseline = start
    x = left
    marks: list[Mark] = []
    pen = max(0.35, style.pen * height)
    for index, sign in enumerate(text):
        if sign == " ":
            x += height * random.uniform(0.5, 0.9)
            continue
        size = height * float(np.exp(random.normal(0, style.size_jitter)))
        base = baseline + style.rise * (x - left) + height * random.normal(0, style.wobble)
        slot = Slot(x, base, size, style.slant + random.normal(0, 0.04), pen)
        if sign in DIGITS or isinstance(hand, Type) and sign in SEPARATORS + "$%=+*#":
            mark = hand.write(layer, sign, _lower(slot, sign) if sign not in DIGITS else slot, random)
            mark = mark if sign in DIGITS + SEPARATORS else Mark(" ", mark.box)
        elif sign in SEPARATORS:
            mark = write_separator(layer, sign, slot, random)
        else:
            mark = write_other(layer, sign, slot, random)
        if index and text[index - 1] in DIGITS and sign in DIGITS and random.random() < style.ligature:
            _join(layer, marks[-1], mark, pen, random)
        marks.append(mark)
        gap = style.gap + random.normal(0, style.gap_jitter)
        if sign in SEPARATORS or text[index + 1 : index + 2] in tuple(SEPARATORS):
            gap = max(0.02, gap * 0.6)
        x = max(mark.box[2] + gap * height, mark.box[0] + 2)
    return marks


def _lower(slot: Slot, sign: str) -> Slot:
    """Printed separators are only as high as their ink: the height of the slot is a share of a digit's."""
    shares = {".": (0.12, 0.0), ",": (0.25, -0.13), ":": (0.6, 0.0), "/": (1.0, 0.0), "-": (0.1, 0.35), "=": (0.4, 0.2)}
    share, above = shares.get(sign, (1.0, 0.0))
    return Slot(slot.left, slot.baseline - above * slot.height, share * slot.height, 0.0, slot.pen_px)


def _join(layer: Layer, one: Mark, other: Mark, pen: float, random: Random) -> None:
    """A thin line from the end of one digit to the beginning of the next, at the bottom or near the top."""
    y0 = one.box[3] - one.height * (random.uniform(0.02, 0.2) if random.random() < 0.5 else random.uniform(0.75, 0.95))
    y1 = other.box[1] + other.height * random.uniform(0.05, 0.5)
    a, b = (one.box[2] - 0.15 * one.height, y0), (other.box[0] + 0.15 * other.height, y1)
    draw_strokes(layer, [np.array([a, ((a[0] + b[0]) / 2, min(y0, y1)), b], np.float32)], max(0.8, pen * 0.8))


def make_text(random: Random, longest: int = 9) -> str:
    """What people write: counts, amounts of money, dates, times, measured values."""
    kind = random.random()
    digits = lambda count: "".join(random.choice(list(DIGITS), count))  # noqa: E731
    length = int(np.clip(random.geometric(0.3), 1, longest))
    if kind < 0.5:
        return _zeros(digits(length), random)
    if kind < 0.62:
        return f"{digits(min(length, 4))}{random.choice(['.', ','])}{digits(int(random.integers(1, 4)))}"
    if kind < 0.72:
        whole = digits(int(random.integers(1, 4)))
        groups = "".join(f"{random.choice(['.', ',', ' ', '.'])}{_zeros(digits(3), random)}" for _ in range(int(random.integers(1, 3))))
        return f"{whole}{groups}{random.choice(['', ',00', '.00', ',' + digits(2), '.-', ',-', '=', '-'])}"
    if kind < 0.80:
        mark = random.choice(["/", ".", "-", "/"])
        return f"{digits(int(random.integers(1, 3)))}{mark}{digits(int(random.integers(1, 3)))}{mark}{digits(int(random.choice([2, 4])))}"
    if kind < 0.85:
        return f"{digits(2)}:{digits(2)}"
    if kind < 0.95:
        before, after = random.choice(["", "*", "**", "$", "$ ", "#", "(", "", "x"]), random.choice(["", "=", "-", "*", "#", "/", ".-", "%", ")", "~", "/-"])
        return f"{before}{_zeros(digits(length), random)}{after}"
    return f"{digits(int(random.integers(1, 4)))}{random.choice(['+', '-', '=', 'x', '/'])}{digits(int(random.integers(1, 4)))}"


def _zeros(text: str, random: Random) -> str:
    """Round numbers are common: the last digits become zeros."""
    if len(text) < 3 or random.random() > 0.3:
        return text
    count = int(random.integers(1, min(4, len(text))))
    return text[:-count] + "0" * count
