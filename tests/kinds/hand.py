"""Writes digits with a round pen on sheets of paper, for tests: the same arguments give the same pixels.

There are two forms of every digit, and hands with their own slant and pen. None of them is in the training data.
"""

import random
from dataclasses import dataclass

import cv2
import numpy as np

from tests.unit.recognition.written_page import STROKES, Stroke, arc

Colour = tuple[int, int, int]  # red, green, blue

BLACK: Colour = (20, 20, 20)
BLUE: Colour = (20, 25, 70)
WOBBLE = 0.012  # standard deviation of a point / height of the digit
GAP = 0.28  # between digits, / their height

OTHER_STROKES: dict[int, list[Stroke]] = {
    0: [arc(0.25, 0.5, 0.24, 0.5, -70, 310)],
    1: [[(0.0, 0.28), (0.26, 0.0), (0.26, 1.0)]],
    2: [[*arc(0.32, 0.27, 0.26, 0.27, 170, 380), (0.25, 0.72), (0.0, 0.97), (0.3, 0.93), (0.68, 0.98)]],
    3: [[(0.02, 0.02), (0.52, 0.02), (0.24, 0.4), *arc(0.24, 0.7, 0.28, 0.3, 270, 510)]],
    4: [[(0.5, 1.0), (0.5, 0.0), (0.0, 0.68), (0.7, 0.68)]],
    5: [[(0.12, 0.04), (0.08, 0.42), *arc(0.24, 0.7, 0.3, 0.3, 240, 490)], [(0.12, 0.04), (0.6, 0.0)]],
    6: [[*arc(0.5, 0.55, 0.5, 0.55, -100, -180), *arc(0.27, 0.71, 0.27, 0.28, 180, -180)]],
    7: [[(0.0, 0.04), (0.62, 0.02), (0.22, 1.0)], [(0.12, 0.5), (0.56, 0.46)]],
    8: [[*arc(0.32, 0.28, 0.2, 0.26, 90, 450), *arc(0.28, 0.76, 0.26, 0.23, 270, -90)]],
    9: [[*arc(0.28, 0.28, 0.26, 0.27, 0, -360), (0.52, 0.6), (0.36, 1.0)]],
}
FORMS = (STROKES, OTHER_STROKES)


@dataclass(frozen=True)
class Hand:
    """How somebody writes. `pen` is the width of the line / height of the digit."""

    form: int
    slant: float
    pen: float
    colour: Colour = BLACK


HANDS = (
    Hand(0, 0.0, 0.1),
    Hand(1, 0.12, 0.07, BLUE),
    Hand(1, 0.0, 0.13),
    Hand(0, 0.2, 0.06, BLUE),
    Hand(0, -0.08, 0.15, BLUE),
    Hand(1, 0.05, 0.05),
)


class Sheet:
    """A sheet of exactly flat paper. `pixels` (H, W, 3) uint8 changes with every line."""

    def __init__(self, width: int, height: int, paper: Colour = (255, 255, 255)) -> None:
        self.pixels = np.full((height, width, 3), paper, np.uint8)

    def draw(self, strokes: list[Stroke], colour: Colour, pen_px: float) -> None:
        """Strokes in pixels, with soft edges."""
        mask = np.zeros(self.pixels.shape[:2], np.uint8)
        for stroke in strokes:
            fixed = (np.array(stroke) * 16).round().astype(np.int32)
            cv2.polylines(mask, [fixed], False, 255, max(1, round(pen_px)), cv2.LINE_AA, shift=4)
        self.ink(mask / 255, colour)

    def ink(self, ink: np.ndarray, colour: Colour) -> None:
        """Ink (H, W) in 0..1."""
        mixed = self.pixels + ink[..., None] * (np.array(colour) - self.pixels)
        self.pixels = mixed.round().astype(np.uint8)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour, pen_px: float) -> None:
        """A box whose corners are closed."""
        self.draw([[(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]], colour, pen_px)

    def write(self, text: str, left: float, top: float, height: float, hand: Hand, seed: int = 0) -> float:
        """Digits, commas and points from `left` on. Returns where the last one ends."""
        chance = random.Random(f"{text} {seed}")
        for sign in text:
            strokes = _form_sign(sign, hand, chance)
            strokes = [[(left + x * height, top + y * height) for x, y in stroke] for stroke in strokes]
            self.draw(strokes, hand.colour, max(1.0, hand.pen * height))
            left = max(x for stroke in strokes for x, _ in stroke) + (GAP / 2 if sign in ",." else GAP) * height
        return left - GAP * height


def _form_sign(sign: str, hand: Hand, chance: random.Random) -> list[Stroke]:
    """Strokes in a box of height 1 whose left side is at 0."""
    if sign == "," or sign == ".":
        tail = (0.06, 1.0) if sign == "." else (-0.02, 1.16)
        return [[(0.06, 0.98), tail]]
    width, size = chance.uniform(0.9, 1.1), chance.uniform(0.92, 1.0)
    moved = [[_move(point, hand.slant, width, size, chance) for point in each] for each in FORMS[hand.form][int(sign)]]
    left = min(x for stroke in moved for x, _ in stroke)
    return [[(x - left, y) for x, y in stroke] for stroke in moved]


def _move(
    point: tuple[float, float], slant: float, width: float, size: float, chance: random.Random
) -> tuple[float, float]:
    x, y = point[0] * width * size, point[1] * size + (1 - size)
    return x + slant * (1 - y) + chance.gauss(0, WOBBLE / 2), y + chance.gauss(0, WOBBLE / 2)
