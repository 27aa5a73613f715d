"""Composes one page: hands, a size and a layout in; a picture and the marks on it out.

Paper is made, guides are printed, the layout is written, and a picture is taken. `compose_page` is the entry point.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.rendering.pages.camera import choose_view, take_picture
from training.rendering.pages.hands import Hands
from training.rendering.pages.ink import choose_ink, strengthen
from training.rendering.pages.layouts import LAYOUTS
from training.rendering.pages.papers import make_paper, print_guides
from training.rendering.pages.sheet import BACKGROUND, Mark, Random, Sheet, enclose

MARGIN = 1.3  # the sheet is this much larger than its picture, so that the picture may be turned
ENLARGED_SHARE, REDUCED_SHARE = 0.3, 0.12
SMALLEST_COMPOSED_PX = 9.0  # height of digits: enlarging smaller ones shows nothing that can be read
TRIMMED_SHARE = 0.4  # of the strips: fields are often cut out closely
INVERTED_SHARE = 0.12  # chalk, and the canvas of the Draw page


@dataclass(frozen=True)
class Page:
    """A picture (H, W) uint8 of a page, and the marks on it. The places to ignore have the sign "?"."""

    picture: NDArray[np.uint8]
    marks: list[Mark]


def compose_page(hands: Hands, size: tuple[int, int], layout: str, digit_px: float, random: Random) -> Page:
    """A page of that layout as a picture of `size` (height, width), with digits about `digit_px` high.

    Some are composed at half or twice the size and resized, as the reader does with copies of a page.
    """
    kind = random.random()
    factor = 0.5 if kind < ENLARGED_SHARE else 2.0 if kind < ENLARGED_SHARE + REDUCED_SHARE else 1.0
    if factor == 1 or factor * digit_px < SMALLEST_COMPOSED_PX:
        return _compose(hands, size, layout, digit_px, random)
    page = _compose(hands, (round(size[0] * factor), round(size[1] * factor)), layout, digit_px * factor, random)
    method = cv2.INTER_AREA if factor > 1 else cv2.INTER_CUBIC
    picture = np.asarray(cv2.resize(page.picture, size[::-1], interpolation=method), np.uint8)
    boxes = [(mark.sign, np.array(mark.box) / factor) for mark in page.marks]
    return Page(picture, [Mark(sign, (float(b[0]), float(b[1]), float(b[2]), float(b[3]))) for sign, b in boxes])


def _compose(hands: Hands, size: tuple[int, int], layout: str, digit_px: float, random: Random) -> Page:
    view = choose_view(random)
    margin = 1.0 if view.exact else MARGIN
    height, width = round(size[0] * margin), round(size[1] * margin)
    sheet = Sheet(make_paper(height, width, random))
    print_guides(sheet, digit_px, random)
    LAYOUTS[layout](sheet, hands, strengthen(choose_ink(random), sheet.levels), digit_px, random)
    picture, marks = take_picture(sheet, size, view, random)
    if layout == "strip" and random.random() < TRIMMED_SHARE:
        picture, marks = _trim(picture, marks, random)
    if random.random() < INVERTED_SHARE:
        picture = 255 - picture
    return Page(picture, [mark for mark in marks if mark.sign != BACKGROUND and _is_inside(mark, size)])


def _trim(picture: NDArray[np.uint8], marks: list[Mark], random: Random) -> tuple[NDArray[np.uint8], list[Mark]]:
    """Cut the picture off just before the first sign or just after the last; repeat the pixels of its other end."""
    width = picture.shape[1]
    left, _, right, _ = enclose(marks)
    if random.random() < 0.5:
        cut = int(np.clip(left - random.uniform(0, 4), 0, width - 1))
        return np.pad(picture[:, cut:], ((0, 0), (0, cut)), "edge"), [mark.move(-cut, 0) for mark in marks]
    cut = int(np.clip(width - right - random.uniform(0, 4), 0, width - 1))
    return np.pad(picture[:, : width - cut], ((0, 0), (cut, 0)), "edge"), [mark.move(cut, 0) for mark in marks]


def _is_inside(mark: Mark, size: tuple[int, int]) -> bool:
    """Whether any part of it is on the picture."""
    left, top, right, bottom = mark.box
    return right > 0 and bottom > 0 and left < size[1] and top < size[0]
