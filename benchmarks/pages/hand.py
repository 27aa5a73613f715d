"""Writes the digits and separators of test pages, one sign at a time: with pens, with MNIST's images, as printed type.

It shares no code with the hands of `training/`, so that tuning those changes no test page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from training.rendering.pages.sheet import Layer, Points, Random, choose, draw_strokes

Characters = Mapping[str, Sequence[tuple[Points, ...]]]  # strokes of each digit; its longer side is 1 or less

FAINTEST = 50  # grey level of MNIST's images: darker pixels are paper
WIDEST = 1.3  # width / height of a digit; wider ones are scaled by their width
DOT = 1.35  # diameter of a dot / width of the pen


@dataclass(frozen=True)
class Style:
    """How a person writes: all lengths are shares of the digits' height."""

    slant: float
    pen: float
    gap: float  # between the ink of two digits; negative if they overlap
    gap_jitter: float
    size_jitter: float
    wobble: float  # displacement of single digits up and down
    rise: float  # of the baseline for each pixel to the right


class Hand(Protocol):
    """Writes digits."""

    def draw(self, digit: str, height: float, style: Style, random: Random) -> Layer:
        """A digit as a mask (h, w), cropped to its ink and about `height` pixels high."""


@dataclass(frozen=True)
class Pen:
    """One person: `characters` are what the person wrote."""

    characters: Characters

    def draw(self, digit: str, height: float, style: Style, random: Random) -> Layer:
        """Draw one of the person's digits again, slanted and stretched a little."""
        strokes, pen = choose(self.characters[digit], random), max(0.9, style.pen * height)
        reach = max(2.0, height - pen)
        slant = style.slant + random.normal(0, 0.04)
        matrix = np.array([[random.uniform(0.92, 1.08), 0.0], [-slant, 1.0]]) * reach
        return draw_mask([stroke @ matrix for stroke in strokes], pen)


@dataclass(frozen=True)
class Images:
    """MNIST's images (N, 28, 28) of each digit, white on black."""

    images: Mapping[str, NDArray[np.uint8]]

    def draw(self, digit: str, height: float, style: Style, random: Random) -> Layer:
        """Enlarge or reduce one of the images, and sharpen its edges."""
        del style
        image = crop(
            np.where((some := self.images[digit][random.integers(len(self.images[digit]))]) > FAINTEST, some, 0)
        )
        scale = height / max(image.shape[0], image.shape[1] / WIDEST)
        size = max(2, round(image.shape[1] * scale)), max(3, round(image.shape[0] * scale))
        large = cv2.resize(
            image.astype(np.float32), size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        )
        sharp = np.clip(128 + 1.6 * (large - 128), 0, 255)  # an edge stays where it is half dark
        return crop(np.asarray(sharp, np.uint8))


@dataclass(frozen=True)
class Type:
    """Prints with one font."""

    font: str

    def draw(self, digit: str, height: float, style: Style, random: Random) -> Layer:
        """Print a digit."""
        del style, random
        return print_mask(digit, self.font, height * 1.38)


def draw_separator(sign: str, height: float, style: Style, random: Random) -> tuple[Layer, float]:
    """One of `.,:/-` as a mask, and how many pixels its ink reaches below the baseline; negative if it ends above."""
    pen = max(1.0, style.pen * height)
    strokes = [np.asarray(stroke, np.float32) * height for stroke in _list_strokes(sign, random)]
    width = pen * DOT if sign in ".:" else pen
    lowest = max(float(stroke[:, 1].max()) for stroke in strokes)
    return draw_mask(strokes, width), lowest + width / 2


def _list_strokes(sign: str, random: Random) -> list[list[tuple[float, float]]]:
    """The strokes of a separator beside a digit 1 high, whose lower end is at y = 0."""
    shake = float(random.uniform(-0.04, 0.04))
    if sign == ".":
        return [[(0, -0.06), (0.02, -0.05 + shake / 2)]]
    if sign == ":":
        return [[(0, -0.14 + shake), (0.01, -0.13 + shake)], [(0.04, -0.6 + shake), (0.05, -0.59 + shake)]]
    if sign == ",":
        tail = float(random.uniform(0.12, 0.26))
        return [[(0.03, -0.08), (0.04, 0.02), (-0.04, tail * 0.6), (-0.12, tail)]]
    if sign == "/":
        lean = float(random.uniform(0.3, 0.6))
        return [[(0, 0.08), (lean / 2 + shake, -0.5), (lean, -1.08 + shake)]]
    return [[(0, -0.42), (0.16, -0.44 + shake), (float(random.uniform(0.28, 0.42)), -0.43 + shake)]]


def draw_mask(strokes: Sequence[NDArray[np.floating]], pen_px: float) -> Layer:
    """Strokes in pixels → a mask (h, w) 0..255 of their ink, cropped."""
    low = np.min([stroke.min(axis=0) for stroke in strokes], axis=0) - pen_px - 2
    high = np.max([stroke.max(axis=0) for stroke in strokes], axis=0) + pen_px + 2
    mask = np.zeros((int(high[1] - low[1]) + 1, int(high[0] - low[0]) + 1), np.uint8)
    draw_strokes(mask, [np.asarray(stroke - low, np.float32) for stroke in strokes], pen_px)
    return crop(mask)


def print_mask(text: str, font: str, size_px: float) -> Layer:
    """One line of type as a mask (h, w) 0..255, cropped to its ink."""
    loaded = ImageFont.truetype(font, max(6, round(size_px)))
    left, top, right, bottom = loaded.getbbox(text)
    mask = Image.new("L", (int(right - left) + 2, int(bottom - top) + 2))
    ImageDraw.Draw(mask).text((1 - left, 1 - top), text, fill=255, font=loaded)
    return crop(np.array(mask))


def crop(mask: Layer) -> Layer:
    """The part of a mask that holds its ink; a single empty pixel if there is none."""
    x, y, width, height = cv2.boundingRect(np.asarray(mask, np.uint8))
    return np.asarray(mask[y : y + max(1, height), x : x + max(1, width)], np.uint8)
