"""Where the digits and letters of a page come from: pen strokes of one writer, MNIST's images, forms, printed type.

A hand writes digits one at a time at a given height. Whoever composes a page picks a hand for each number, so that the
digits of a number look alike.
"""

import string
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from training.data.pen_characters import PenCharacter
from training.rendering.pages.forms import draw_form
from training.rendering.pages.sheet import DIGITS, Layer, Mark, Points, Random, bound, draw_strokes, paste_mask

WAVES = 2


@dataclass(frozen=True)
class Slot:
    """Where a digit is to be written: the left end, the baseline and the height, in pixels. `slant` is dx / -dy."""

    left: float
    baseline: float
    height: float
    slant: float
    pen_px: float


class Hand(Protocol):
    """Writes one sign after another."""

    def write(self, layer: Layer, digit: str, slot: Slot, random: Random) -> Mark:
        """Write a digit on the layer. The mark says where its ink is."""


@dataclass(frozen=True)
class PenHand:
    """Writes with the strokes of some characters, each a little bent and turned. `characters` are by digit."""

    characters: dict[str, list[tuple[Points, ...]]]
    bend: float
    forms: float  # share of the digits that are hand-made forms

    def write(self, layer: Layer, digit: str, slot: Slot, random: Random) -> Mark:
        """Write a digit on the layer."""
        known = self.characters.get(digit)
        strokes = list(known[random.integers(len(known))]) if known and random.random() >= self.forms else draw_form(digit, random)
        placed = place(bend(strokes, self.bend, random), slot, random)
        draw_strokes(layer, placed, slot.pen_px)
        return Mark(digit, bound(placed, slot.pen_px))


@dataclass(frozen=True)
class ImageHand:
    """Writes with MNIST's images: `images` (N, 28, 28) by digit."""

    images: dict[str, NDArray[np.uint8]]

    def write(self, layer: Layer, digit: str, slot: Slot, random: Random) -> Mark:
        """Write a digit on the layer."""
        mask = _crop(self.images[digit][random.integers(len(self.images[digit]))])
        height, width = mask.shape
        scale = slot.height / max(height, width / 1.2)
        stretch = random.uniform(0.85, 1.15)
        slant = random.normal(0, 0.1)
        reach = abs(slant) * height
        out_h, out_w = max(3, round(height * scale)), max(3, round((width + reach) * scale * stretch))
        shift = (reach if slant > 0 else 0.0) + 0.0
        matrix = np.array([[scale * stretch, -slant * scale * stretch, (shift if slant > 0 else reach) * scale * stretch], [0, scale, 0]])
        warped = cv2.warpAffine(mask, matrix, (out_w, out_h), flags=cv2.INTER_CUBIC)
        sharp = np.clip((warped.astype(np.float32) - 60) * random.uniform(1.3, 2.5), 0, 255).astype(np.uint8)
        x, y, w, h = cv2.boundingRect(sharp)
        if not w:
            return Mark("?", (slot.left, slot.baseline - slot.height, slot.left + 1, slot.baseline))
        left, top = round(slot.left), round(slot.baseline - out_h)
        paste_mask(layer, sharp, left - x, top)
        return Mark(digit, (left, top + y, left + w, top + y + h))


@dataclass(frozen=True)
class Type:
    """Prints with one font."""

    font: str

    def write(self, layer: Layer, digit: str, slot: Slot, random: Random) -> Mark:
        """Print a digit on the layer."""
        del random
        mask = print_text(digit, self.font, max(6, round(slot.height * 1.38)))
        height, width = mask.shape
        left, top = round(slot.left), round(slot.baseline - height)
        paste_mask(layer, mask, left, top)
        return Mark(digit, (left, top, left + width, top + height))


@dataclass(frozen=True)
class Hands:
    """All hands of one split. `letters` are pen characters that are no digits, as background."""

    writers: list[dict[str, list[tuple[Points, ...]]]]
    everyone: dict[str, list[tuple[Points, ...]]]
    images: dict[str, NDArray[np.uint8]]
    letters: list[tuple[Points, ...]]
    fonts: list[str]
    drawings: NDArray[np.uint8]  # (N, 28, 28) pictures of other things, white on black; N may be 0

    def pick(self, random: Random, printed: float = 0.08) -> Hand:
        """A hand for a number."""
        kind = random.random()
        if kind < printed:
            return Type(self.fonts[random.integers(len(self.fonts))])
        if kind < printed + 0.17:
            return ImageHand(self.images)
        bent = float(random.uniform(0, 0.05))
        if kind < printed + 0.55:
            return PenHand(self.writers[random.integers(len(self.writers))], bent, 0.1)
        if kind < printed + 0.75:
            return PenHand(self.everyone, bent, 0.0)
        return PenHand({}, bent, 1.0)


def make_hands(characters: Sequence[PenCharacter], images: NDArray[np.uint8], labels: NDArray[np.int64], letters: Sequence[PenCharacter], drawings: NDArray[np.uint8]) -> Hands:
    """Hands from pen digits, MNIST's images (N, 28, 28) with labels (N,), and pen letters."""
    everyone: dict[str, list[tuple[Points, ...]]] = defaultdict(list)
    writers: dict[str, dict[str, list[tuple[Points, ...]]]] = defaultdict(lambda: defaultdict(list))
    for character in characters:
        strokes = normalise(character.strokes)
        everyone[str(character.label)].append(strokes)
        writers[character.writer][str(character.label)].append(strokes)
    enough = [dict(known) for known in writers.values() if len(known) >= 5]
    by_digit = {digit: images[labels == int(digit)] for digit in DIGITS}
    return Hands(enough, dict(everyone), by_digit, [normalise(letter.strokes) for letter in letters], find_fonts(), drawings)


def normalise(strokes: Sequence[Points]) -> tuple[Points, ...]:
    """Scale strokes to a box that is 1 high, or 1.3 wide if they are flatter than that, with its corner at 0."""
    points = np.concatenate(strokes)
    low, size = points.min(axis=0), np.maximum(np.ptp(points, axis=0), 1e-3)
    scale = max(size[1], size[0] / 1.3)
    return tuple(np.asarray((stroke - low) / scale, np.float32) for stroke in strokes)


def bend(strokes: list[Points], amount: float, random: Random) -> list[Points]:
    """Imitate another writing of the same digit: sine waves displace the points by up to `amount` of the height."""
    bent = strokes
    for _ in range(WAVES):
        frequency, phase, size = random.uniform(-4, 4, 2), random.uniform(0, 6.3), random.uniform(-amount, amount, 2)
        bent = [stroke + np.sin(stroke @ frequency + phase)[:, None] * size for stroke in bent]
    return bent


def place(strokes: Sequence[Points], slot: Slot, random: Random) -> list[Points]:
    """Strokes about 1 high → strokes in pixels, whose ink begins at the slot's left end and stands on its baseline."""
    stretch, turn = random.uniform(0.85, 1.15), random.normal(0, 0.05)
    height = max(2.0, slot.height - slot.pen_px)
    matrix = np.array([[stretch, turn], [-slot.slant - turn, 1.0]]) * height  # y points down
    moved = [stroke @ matrix for stroke in strokes]
    points = np.concatenate(moved)
    low, high = points.min(axis=0), points.max(axis=0)
    offset = np.array([slot.left - low[0] + slot.pen_px / 2, slot.baseline - high[1] - slot.pen_px / 2])
    return [np.asarray(stroke + offset, np.float32) for stroke in moved]


def _crop(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    x, y, width, height = cv2.boundingRect((image > 60).astype(np.uint8))
    return image[y : y + height, x : x + width]


def find_fonts() -> list[str]:
    """Files of the fonts that come with matplotlib: DejaVu, STIX and Computer Modern (all free to use)."""
    from matplotlib import get_data_path

    folder = Path(get_data_path()) / "fonts" / "ttf"
    names = ["DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono", "DejaVuSerif", "DejaVuSerif-Bold"]
    return [str(folder / f"{name}.ttf") for name in [*names, "STIXGeneral", "STIXGeneralBol", "cmr10", "cmss10", "cmtt10"]]


@lru_cache(maxsize=512)
def _load_font(font: str, size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font, size_px)


def print_text(text: str, font: str, size_px: int) -> Layer:
    """One line of type as a mask (h, w), cropped to its ink."""
    loaded = _load_font(font, size_px)
    left, top, right, bottom = loaded.getbbox(text)
    mask = Image.new("L", (int(right - left) + 2, int(bottom - top) + 2))
    ImageDraw.Draw(mask).text((1 - left, 1 - top), text, fill=255, font=loaded)
    array = np.asarray(mask)
    x, y, width, height = cv2.boundingRect(array)
    return array[y : y + max(1, height), x : x + max(1, width)]


LETTERS = string.ascii_letters
