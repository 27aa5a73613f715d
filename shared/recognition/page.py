"""A picture of a page → every digit on it: where it lies, its outline, and its image.

A picture with one digit gives the image that `preprocess` gives.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.cutout import Cutout
from shared.recognition.decoding import MAX_PIXELS, Page, decode_page
from shared.recognition.ink import find_ink, measure_ink
from shared.recognition.preprocessing import Image, centre_ink
from shared.recognition.segmentation import Box, InkedDigit, Outline, find_digits

Point = tuple[int, int]  # x and y, pixels of the picture

PAGE_SIDE = 1280  # pixels: what a photographed page is reduced to; a digit of a full one is still 40 pixels high
SMOOTHNESS = 0.01  # of the digit's longer side: how far its outline is simplified


@dataclass(frozen=True)
class PageDigit:
    """`box` and `outlines` in pixels of the picture, turned upright by EXIF; `line` counts from 0."""

    box: Box
    line: int
    outlines: list[list[Point]]
    image: Image


@dataclass(frozen=True)
class PageOfDigits:
    """At least one digit, in reading order; the size is that of the picture, turned upright."""

    width: int
    height: int
    digits: list[PageDigit]


def segment_page(data: bytes, max_pixels: int = MAX_PIXELS) -> PageOfDigits:
    """PNG, JPEG or WebP → the digits on it. DrawingError with the reason where there is none."""
    page = decode_page(data, max_pixels)
    ink, _ = measure_ink(page.grey, PAGE_SIDE)
    found = find_digits(ink)
    images = [centre_ink(find_ink(page.grey))] if len(found) == 1 else [centre_ink(digit.ink) for digit in found]
    place = _place_of(ink, page)
    digits = [place.put(digit, image) for digit, image in zip(found, images, strict=True)]
    return PageOfDigits(page.width, page.height, digits)


@dataclass(frozen=True)
class _Place:
    """Points on the ink → points on the picture of `size` (width, height)."""

    scale: float
    shift: NDArray[np.float64]  # (2,)
    size: tuple[int, int]

    def put(self, digit: InkedDigit, image: Image) -> PageDigit:
        """On the picture."""
        box = digit.box
        corners = self.move(np.array([[box.left, box.top], [box.right, box.bottom]]))
        (left, top), (right, bottom) = corners.round().astype(int).tolist()
        placed = Box(left, top, max(right, left + 1), max(bottom, top + 1))
        outlines = [self.simplify(outline, placed.side) for outline in digit.outlines]
        return PageDigit(placed, digit.line, [outline for outline in outlines if len(outline) > 2], image)

    def move(self, points: Outline) -> Outline:
        """(N, 2) float32, within the picture."""
        return np.clip(points * self.scale + self.shift, 0, self.size).astype(np.float32)

    def simplify(self, outline: Outline, side: int) -> list[Point]:
        """With few points."""
        simple = cv2.approxPolyDP(self.move(outline + 0.5), SMOOTHNESS * side, closed=True)
        return [(x, y) for x, y in simple.reshape(-1, 2).round().astype(int).tolist()]


def _place_of(ink: Cutout, page: Page) -> _Place:
    """A photograph's ink is reduced, the levels of a large picture too, and around transparency there is a margin."""
    of_levels = page.grey.shape[1] / ink.shape[1]
    of_picture = page.width / (page.grey.shape[1] - 2 * page.margin)
    corner = np.array([ink.column, ink.row]) * of_levels - page.margin
    return _Place(of_levels * of_picture, corner * of_picture, (page.width, page.height))
