"""A picture file of a page → every digit on it: its box, its outlines and its image.

Boxes and outlines are in pixels of the picture, so that a user interface can draw them over it. A picture with a single
digit gives the same image as `preprocess`.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.cutout import Cutout
from shared.recognition.decoding import DecodedPage, decode_page
from shared.recognition.ink import find_ink, measure_ink
from shared.recognition.page.finding import InkedDigit, Outline, find_digits
from shared.recognition.page.pixel_box import PixelBox
from shared.recognition.preprocessing import Image, centre_ink

Point = tuple[int, int]  # x and y, pixels of the picture

PAGE_SIDE = 1280  # pixels; a photographed page is reduced to this, and a digit on a full page is still 40 pixels high
MAX_POINTS = 500  # of all outlines of a digit, simplified; a digit has about 50
SMOOTHNESS = 0.01  # share of the digit's longer side by which a simplified outline may deviate


@dataclass(frozen=True)
class FoundDigit:
    """A digit on the picture as EXIF turns it. `line` counts from 0."""

    box: PixelBox
    line: int
    outlines: list[list[Point]]
    image: Image


@dataclass(frozen=True)
class PageOfDigits:
    """At least one digit, in reading order, and the size in pixels of the picture as EXIF turns it."""

    width: int
    height: int
    digits: list[FoundDigit]


def segment_page(data: bytes) -> PageOfDigits:
    """A PNG, JPEG or WebP file → the digits on it. DrawingError, with the reason, if there is none."""
    page = decode_page(data)
    ink, _ = measure_ink(page.grey, PAGE_SIDE)
    found = find_digits(ink)
    images = [centre_ink(find_ink(page.grey))] if len(found) == 1 else [centre_ink(digit.ink) for digit in found]
    mapping = _map_to_picture(ink, page)
    digits = [mapping.place(digit, image) for digit, image in zip(found, images, strict=True)]
    return PageOfDigits(page.width, page.height, digits)


@dataclass(frozen=True)
class _PictureMapping:
    """Maps points on the ink to points on the picture, whose `size` is (width, height)."""

    scale: float
    shift: NDArray[np.float64]  # (2,): x and y
    size: tuple[int, int]

    def place(self, digit: InkedDigit, image: Image) -> FoundDigit:
        """The digit with its box and outlines in pixels of the picture."""
        box = digit.box
        corners = self.map_points(np.array([[box.left, box.top], [box.right, box.bottom]]))
        (left, top), (right, bottom) = corners.round().astype(int).tolist()
        placed = PixelBox(left, top, max(right, left + 1), max(bottom, top + 1))
        return FoundDigit(placed, digit.line, self.simplify_all(digit.outlines, placed.longer_side), image)

    def simplify_all(self, outlines: list[Outline], side: int) -> list[list[Point]]:
        """The outlines that are more than a line, simplified; none if they have more than MAX_POINTS together."""
        simple = [self.simplify(outline, side) for outline in outlines]
        return [outline for outline in simple if len(outline) > 2] if sum(map(len, simple)) <= MAX_POINTS else []

    def map_points(self, points: Outline) -> Outline:
        """(N, 2) → (N, 2) float32, limited to the picture."""
        return np.clip(points * self.scale + self.shift, 0, self.size).astype(np.float32)

    def simplify(self, outline: Outline, side: int) -> list[Point]:
        """(N, 2) on the ink → fewer points on the picture. `side` is the longer side of the digit there."""
        simple = cv2.approxPolyDP(self.map_points(outline + 0.5), SMOOTHNESS * side, closed=True)
        return [(x, y) for x, y in simple.reshape(-1, 2).round().astype(int).tolist()]


def _map_to_picture(ink: Cutout, page: DecodedPage) -> _PictureMapping:
    """Undoes the reduction of a photograph and of a large picture, and the margin around a transparent picture."""
    to_grey = page.grey.shape[1] / ink.shape[1]
    to_picture = page.width / (page.grey.shape[1] - 2 * page.margin)
    corner = np.array([ink.column, ink.row]) * to_grey - page.margin
    return _PictureMapping(to_grey * to_picture, corner * to_picture, (page.width, page.height))
