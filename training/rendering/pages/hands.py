"""All hands of one split: pen strokes by writer, MNIST's images, hand-made forms, printed type, and what is no digit.

`make_hands` prepares them once. A layout picks one for each number.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from training.rendering.pages.fonts import find_fonts
from training.rendering.pages.hand import Characters, Hand, ImageHand, PenHand, choose_type
from training.rendering.pages.sheet import DIGITS, Points, Random, choose
from training.rendering.pages.slot import scale_strokes

LEAST_DIGITS = 5  # different digits that a writer needs; for the others, hand-made forms stand in
PRINTED_SHARE = 0.14  # of the numbers
# The next shares of what is not printed, summed up; the rest are hand-made forms.
IMAGES, ONE_WRITER, ALL_WRITERS = 0.17, 0.55, 0.75
MOST_BENT = 0.05  # displacement of a point / height


class Character(Protocol):
    """A character as pen strokes. `label` is a digit or any other name, `writer` a person."""

    @property
    def label(self) -> int | str:
        """What it is."""

    @property
    def writer(self) -> str:
        """Who wrote it."""

    @property
    def strokes(self) -> Sequence[Points]:
        """Points (P, 2) of each stroke, x to the right and y down."""


@dataclass(frozen=True)
class Hands:
    """All hands of one split. The last three are background: the reader must leave them out."""

    writers: Sequence[Characters]
    everyone: Characters
    images: Mapping[str, NDArray[np.uint8]]  # digit → (N, 28, 28), white on black
    fonts: Sequence[str]  # font files
    letters: Sequence[tuple[Points, ...]]  # pen characters that are no digits, about 1 high
    drawings: NDArray[np.uint8]  # (N, 28, 28) pictures of other things, white on black; N may be 0
    doodles: Sequence[Sequence[Points]]  # in a box from 0 to 1; may be empty

    def pick(self, random: Random, printed: float = PRINTED_SHARE) -> Hand:
        """A hand for a number, which is type with the chance `printed`."""
        kind = random.random()
        if kind < printed:
            return choose_type(self.fonts, random)
        if kind < printed + IMAGES:
            return ImageHand(self.images)
        bent = float(random.uniform(0, MOST_BENT))
        if kind < printed + ONE_WRITER:
            return PenHand(choose(self.writers, random), bent, 0.15)
        if kind < printed + ALL_WRITERS:
            return PenHand(self.everyone, bent, 0.0)
        return PenHand({}, bent, 1.0)


def make_hands(
    digits: Sequence[Character],
    images: NDArray[np.uint8],
    labels: NDArray[np.int64],
    letters: Sequence[Character],
    drawings: NDArray[np.uint8],
    doodles: Sequence[Character] = (),
) -> Hands:
    """Hands from pen digits, images (N, 28, 28) with labels (N,), letters, drawings (N, 28, 28) and made-up doodles."""
    everyone: dict[str, list[tuple[Points, ...]]] = defaultdict(list)
    writers: dict[str, dict[str, list[tuple[Points, ...]]]] = defaultdict(lambda: defaultdict(list))
    for character in digits:
        strokes = scale_strokes(character.strokes)
        everyone[str(character.label)].append(strokes)
        writers[character.writer][str(character.label)].append(strokes)
    return Hands(
        writers=[dict(known) for known in writers.values() if len(known) >= LEAST_DIGITS],
        everyone=dict(everyone),
        images={digit: images[labels == int(digit)] for digit in DIGITS},
        fonts=find_fonts(),
        letters=[scale_strokes(letter.strokes) for letter in letters],
        drawings=drawings,
        doodles=[_scale_to_box(doodle.strokes) for doodle in doodles],
    )


def _scale_to_box(strokes: Sequence[Points]) -> list[Points]:
    """Scale strokes so that their longer side is 1, with their corner at 0."""
    points = np.concatenate(strokes)
    low, size = points.min(axis=0), max(1e-6, float(np.ptp(points, axis=0).max()))
    return [np.asarray((stroke - low) / size, np.float32) for stroke in strokes]
