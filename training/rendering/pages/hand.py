"""One hand: writes digits one at a time, with pen strokes, with images of digits, or as printed type.

A digit and a slot come in; ink on a layer and a mark around that ink go out. Whoever composes a page keeps a hand for a
whole number, so that its digits look alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from training.rendering.pages.fonts import print_text
from training.rendering.pages.forms import draw_form
from training.rendering.pages.sheet import IGNORED, Layer, Mark, Points, Random, bound, choose, draw_strokes, paste_mask
from training.rendering.pages.slot import STRETCH, Slot, bend_strokes, place_strokes

Characters = Mapping[str, Sequence[tuple[Points, ...]]]  # digit → its writings, each about 1 high

FAINTEST = 60  # grey level of an image: darker pixels are paper
WIDEST = 1.2  # width / height of a digit's image; wider ones are scaled by their width
TYPE_SIZE = 1.38  # size of a font / height of its digits
PLAIN_TYPE = 0.35  # share of the type that is not changed


class Hand(Protocol):
    """Writes one sign after another."""

    def write(self, layer: Layer, digit: str, slot: Slot, random: Random) -> Mark:
        """Write a digit on the layer. The mark says where its ink is."""


@dataclass(frozen=True)
class PenHand:
    """Writes with the strokes of some characters, each a little bent and turned."""

    characters: Characters
    bend: float  # largest displacement of a point / height
    forms: float  # share of the digits that are hand-made forms

    def write(self, layer: Layer, digit: str, slot: Slot, random: Random) -> Mark:
        """Write a digit on the layer."""
        strokes = self._choose_strokes(digit, random)
        placed = place_strokes(bend_strokes(strokes, self.bend, random), slot, random)
        draw_strokes(layer, placed, slot.pen_px)
        return Mark(digit, bound(placed, slot.pen_px))

    def _choose_strokes(self, digit: str, random: Random) -> Sequence[Points]:
        known = self.characters.get(digit)
        if known and random.random() >= self.forms:
            return choose(known, random)
        return draw_form(digit, random)


@dataclass(frozen=True)
class ImageHand:
    """Writes with images (N, 28, 28) of each digit, white on black, as MNIST has them."""

    images: Mapping[str, NDArray[np.uint8]]

    def write(self, layer: Layer, digit: str, slot: Slot, random: Random) -> Mark:
        """Write a digit on the layer. A digit too faint to see becomes a place to ignore."""
        mask = _crop(self.images[digit][random.integers(len(self.images[digit]))])
        ink = _slant_image(mask, slot.height, random)
        x, y, w, h = cv2.boundingRect(ink)
        if not w:
            return Mark(IGNORED, (slot.left, slot.baseline - slot.height, slot.left + 1, slot.baseline))
        left, top = round(slot.left), round(slot.baseline - ink.shape[0])
        paste_mask(layer, ink, left - x, top)
        return Mark(digit, (left, top + y, left + w, top + y + h))


@dataclass(frozen=True)
class Type:
    """Prints with one font, which may be set narrower or wider, bolder and slanted."""

    font: str
    stretch: float = 1.0  # of the width
    bolder: float = 0.0  # what is added to the width of its lines / height
    slant: float = 0.0

    def write(self, layer: Layer, digit: str, slot: Slot, random: Random) -> Mark:
        """Print a digit on the layer."""
        del random  # type does not vary
        mask = self._vary(print_text(digit, self.font, max(6, round(slot.height * TYPE_SIZE))))
        height, width = mask.shape
        left, top = round(slot.left), round(slot.baseline - height)
        paste_mask(layer, mask, left, top)
        return Mark(digit, (left, top, left + width, top + height))

    def _vary(self, mask: Layer) -> Layer:
        """The mask stretched, slanted and bolder, cropped to its ink."""
        if self.stretch == 1 and not self.slant and not self.bolder:
            return mask
        height, width = mask.shape
        more = round(self.bolder * height)
        reach = abs(self.slant) * height
        size = (max(2, round((width + reach) * self.stretch)) + more, height)
        shift = max(0.0, self.slant) * height * self.stretch
        matrix = np.array([[self.stretch, -self.slant * self.stretch, shift], [0, 1.0, 0]])
        varied = cv2.warpAffine(mask, matrix, size, flags=cv2.INTER_LINEAR)
        if more:
            varied = cv2.dilate(varied, np.ones((1, more + 1), np.uint8))
        x, y, across, down = cv2.boundingRect(varied)
        return np.asarray(varied[y : y + max(1, down), x : x + max(1, across)], np.uint8)


def choose_type(fonts: Sequence[str], random: Random) -> Type:
    """A font as it is, or set as other fonts of its kind are: condensed, wide, bold, slanted."""
    font = choose(fonts, random)
    if random.random() < PLAIN_TYPE:
        return Type(font)
    return Type(
        font,
        stretch=float(np.exp(random.normal(-0.06, 0.17))),
        bolder=float(random.uniform(0.0, 0.09)) if random.random() < 0.5 else 0.0,
        slant=float(random.uniform(0.08, 0.3)) if random.random() < 0.3 else 0.0,
    )


def _crop(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    x, y, width, height = cv2.boundingRect((image > FAINTEST).astype(np.uint8))
    return image[y : y + height, x : x + width]


def _slant_image(mask: NDArray[np.uint8], height_px: float, random: Random) -> Layer:
    """Scale, stretch, slant and sharpen the mask of a digit to that height."""
    height, width = mask.shape
    scale = height_px / max(height, width / WIDEST)
    across = scale * random.uniform(*STRETCH)
    slant = random.normal(0, 0.1)
    reach = abs(slant) * height
    size = (max(3, round((width + reach) * across)), max(3, round(height * scale)))
    matrix = np.array([[across, -slant * across, max(0.0, slant) * height * across], [0, scale, 0]])
    warped = cv2.warpAffine(mask, matrix, size, flags=cv2.INTER_CUBIC)
    sharp = (warped.astype(np.float32) - FAINTEST) * random.uniform(1.3, 2.5)
    return np.asarray(np.clip(sharp, 0, 255), np.uint8)
