"""A picture file of a page → the digits and separators that the reader network finds on it, the page turned upright.

Boxes and outlines are in pixels of the picture, after its EXIF orientation and the turn, so that a user interface can
draw them over it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.contracts.page import MAX_DIGITS
from shared.recognition.contrast import Ink
from shared.recognition.cutout import Cutout
from shared.recognition.decoding import decode_page
from shared.recognition.errors import BlankDrawingError, DrawingError, DrawingTooLargeError
from shared.recognition.ink import BLANK, LEAST_CONTRAST, find_strokes
from shared.recognition.page.cutting import CutDigit, cut_digit
from shared.recognition.page.detection import ComputeMaps
from shared.recognition.page.mark import Mark, soften
from shared.recognition.page.neighbours import keep_digits
from shared.recognition.page.orientation import find_upright, turn
from shared.recognition.page.pixel_box import PixelBox
from shared.recognition.photograph import has_dark_ink
from shared.recognition.preprocessing import Image, centre_ink
from shared.recognition.reader_calibration import ReaderCalibration

Point = tuple[int, int]  # x and y, pixels of the picture
Floats = NDArray[np.float64]

LONE_SHARE = 0.25  # of the threshold, which the only digit on a page must reach
MANY_DIGITS = 30
GHOST_SHARE = 0.25  # of the strongest digit's contrast; fainter digits are erased ones or show through
MAX_POINTS = 500  # of all outlines of a digit, simplified; a digit has about 50
SMOOTHNESS = 0.01  # share of the digit's longer side by which a simplified outline may deviate


@dataclass(frozen=True)
class FoundDigit:
    """A digit: its mark, the image of its ink, and its outlines, which may be none.

    `alone`: nothing else is on the page, so the image is that of `preprocess` and says all about the digit.
    """

    mark: Mark
    image: Image
    outlines: list[list[Point]]
    alone: bool = False


@dataclass(frozen=True)
class FoundPage:
    """`width` and `height` are those of the picture after `rotation`, in degrees clockwise."""

    width: int
    height: int
    rotation: int
    digits: list[FoundDigit]
    separators: list[Mark]


def find_page(
    data: bytes, compute_maps: ComputeMaps, calibration: ReaderCalibration, rotation: int | None = None
) -> FoundPage:
    """A PNG, JPEG or WebP file → what stands on it; nothing if it has no digits.

    `rotation` is by how many degrees clockwise to turn the picture, a multiple of 90; None if that must be found.
    DrawingError, with the reason, if the file can't be read or has no ink at all, or has more than MAX_DIGITS digits.
    """
    decoded = decode_page(data)
    grey = np.asarray(decoded.grey.fill(), np.uint8)
    if int(grey.max()) - int(grey.min()) < LEAST_CONTRAST:
        raise BlankDrawingError(BLANK)
    found, turns = find_upright(grey, compute_maps) if rotation is None else turn(grey, rotation // 90, compute_maps)
    size = (decoded.width, decoded.height) if turns % 2 == 0 else (decoded.height, decoded.width)
    page = np.ascontiguousarray(np.rot90(grey, -turns))
    marks = found.marks if turns else _accept_lone(found.marks, decoded.grey, calibration)
    digits, separators = _split(marks, calibration)
    if len(digits) > MAX_DIGITS:
        raise DrawingTooLargeError(
            f"The picture has {len(digits):,} digits, but at most {MAX_DIGITS:,} are read from one picture. "
            "Send a part of it."
        )
    placing = _Placing(size[0] / (page.shape[1] - 2 * decoded.margin), decoded.margin, size)
    dark_ink = has_dark_ink(page)
    cuts = _drop_ghosts([(mark, cut_digit(page, mark.box, dark_ink=dark_ink)) for mark in digits])
    placed = [placing.place_digit(mark, cut) for mark, cut in cuts]
    if len(placed) == 1 and not turns and (ink := _find_lone_ink(decoded.grey)) is not None:
        placed = [replace(placed[0], image=centre_ink(ink), alone=True)]
    return FoundPage(*size, 90 * turns, placed, [placing.place(mark) for mark in separators])


def _accept_lone(marks: Sequence[Mark], grey: Cutout, calibration: ReaderCalibration) -> Sequence[Mark]:
    """The marks. If none is surely a digit, but the picture looks like one, the surest counts as a doubtful digit."""
    threshold = calibration.digit_threshold
    digits = [mark for mark in marks if mark.probabilities is not None and mark.score >= LONE_SHARE * threshold]
    surest = max(digits, key=lambda mark: mark.score, default=None)
    if surest is None or surest.score >= threshold or _find_lone_ink(grey) is None:
        return marks
    return [replace(surest, score=threshold)]


def _find_lone_ink(grey: Cutout) -> Ink | None:
    """The ink of a picture on which nothing but one digit seems to be; None for other pictures."""
    try:
        strokes = find_strokes(grey)
    except DrawingError:
        return None
    return strokes.ink if strokes.alone else None


def _drop_ghosts(cuts: Sequence[tuple[Mark, CutDigit | None]]) -> list[tuple[Mark, CutDigit]]:
    """The digits that have ink, without those that are much fainter than the others.

    On a page with many digits, such as a filled grid, the faint ones are printed and stay.
    """
    inked = [(mark, cut) for mark, cut in cuts if cut is not None]
    if len(inked) >= MANY_DIGITS:
        return inked
    least = GHOST_SHARE * max((cut.contrast for _, cut in inked), default=0.0)
    return [(mark, cut) for mark, cut in inked if cut.contrast >= least]


def _split(marks: Sequence[Mark], calibration: ReaderCalibration) -> tuple[list[Mark], list[Mark]]:
    """The digits, with calibrated probabilities, and the separators whose scores reach the thresholds."""
    digits = keep_digits([mark for mark in marks if mark.probabilities is not None], calibration.digit_threshold)
    others = [mark for mark in marks if mark.probabilities is None]
    separators = [mark for mark in others if mark.score >= calibration.separator_threshold]
    return [soften(mark, calibration.temperature) for mark in digits], separators


def _fit_box(box: PixelBox, outlines: Sequence[Floats]) -> PixelBox:
    """The box around the digit's ink, which the network places less exactly. Its own box if it has no outline."""
    if not outlines:
        return box
    points = np.concatenate(outlines)
    (left, top), (right, bottom) = points.min(0), points.max(0) + 1
    return PixelBox(math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom))


@dataclass(frozen=True)
class _Placing:
    """Maps points on the grey levels to points on the picture, whose `size` is (width, height)."""

    scale: float
    margin: int
    size: tuple[int, int]

    def place_digit(self, mark: Mark, cut: CutDigit) -> FoundDigit:
        """The digit with its box and outlines in pixels of the picture."""
        placed = self.place(replace(mark, box=_fit_box(mark.box, cut.outlines)))
        simple = [self._simplify(outline, placed.box.longer_side) for outline in cut.outlines]
        fits = sum(map(len, simple)) <= MAX_POINTS
        return FoundDigit(placed, centre_ink(cut.ink), [each for each in simple if len(each) > 2] if fits else [])

    def place(self, mark: Mark) -> Mark:
        """The mark with its box in pixels of the picture, within it."""
        box = mark.box
        corners = self._map(np.array([[box.left, box.top], [box.right, box.bottom]], np.float64))
        (left, top), (right, bottom) = corners.round().astype(int).tolist()
        left, top = min(left, self.size[0] - 1), min(top, self.size[1] - 1)
        return replace(mark, box=PixelBox(left, top, max(right, left + 1), max(bottom, top + 1)))

    def _map(self, points: Floats) -> Floats:
        """(N, 2) → (N, 2)."""
        return np.asarray(np.clip((points - self.margin) * self.scale, 0, self.size))

    def _simplify(self, outline: Floats, side: int) -> list[Point]:
        mapped = self._map(np.asarray(outline, np.float64) + 0.5).astype(np.float32)
        simple = cv2.approxPolyDP(mapped, SMOOTHNESS * side, closed=True)
        return [(x, y) for x, y in simple.reshape(-1, 2).round().astype(int).tolist()]
