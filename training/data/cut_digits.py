"""Digits cut out of composed pages: images with the stubs of lines, boxes and neighbours that cutting leaves.

On a page the 28×28 network reads what the reader found and `cut_digit` cut out. Hands come in, images go out. A mark's
box is moved a little, because the reader does not find it exactly.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from shared.recognition.page.cutting import cut_digit
from shared.recognition.page.pixel_box import PixelBox
from shared.recognition.photograph import has_dark_ink
from shared.recognition.preprocessing import Image, centre_ink
from training.data.labelled_images import LabelledImages
from training.rendering.pages.hands import Hands
from training.rendering.pages.page import Page, compose_page
from training.rendering.pages.sheet import DIGITS, Box, Random

LAYOUTS = {"lines": 3, "table": 3, "strip": 3, "boxes": 2, "single": 2}  # with their weights
PAGE, STRIP = (128, 192), (64, 256)  # height and width in pixels
HEIGHTS_PX = (11.5, 46.0)  # of the digits; the reader looks at larger ones on a smaller copy
STRIP_HEIGHTS_PX = (19.0, 48.0)
INEXACT = 0.04  # standard deviation of a side's place / longer side of the box
LEAST_SIDES_PX = (2, 4)  # width and height


def cut_from_pages(hands: Hands, pages: int, seed: int) -> LabelledImages:
    """Compose that many pages and cut out all digits that are completely on them, about nine of each page."""
    cut = [found for number in range(pages) for found in _cut_page(hands, np.random.default_rng((seed, number)))]
    images = np.stack([image for image, _ in cut]) if cut else np.zeros((0, 28, 28), np.uint8)
    return LabelledImages(images, np.array([label for _, label in cut], np.int64))


def _cut_page(hands: Hands, random: Random) -> Iterator[tuple[Image, int]]:
    """The images of one page's digits with their labels."""
    page = _compose(hands, random)
    dark_ink = has_dark_ink(page.picture)
    for mark in page.marks:
        if mark.sign not in DIGITS:
            continue
        box = find_box(mark.box, page.picture, random)
        cut = cut_digit(page.picture, box, dark_ink=dark_ink) if box else None
        if cut:
            yield centre_ink(cut.ink), int(mark.sign)


def _compose(hands: Hands, random: Random) -> Page:
    """A page of any layout with digits of any height; its logarithm is uniform."""
    weights = np.array(list(LAYOUTS.values()), np.float64)
    layout = list(LAYOUTS)[int(random.choice(len(LAYOUTS), p=weights / weights.sum()))]
    size, (low, high) = (STRIP, STRIP_HEIGHTS_PX) if layout == "strip" else (PAGE, HEIGHTS_PX)
    return compose_page(hands, size, layout, float(np.exp(random.uniform(np.log(low), np.log(high)))), random)


def find_box(exact: Box, picture: NDArray[np.uint8], random: Random) -> PixelBox | None:
    """The box as a reader might find it. None if the digit is not completely on the picture, or too small."""
    height, width = picture.shape
    if min(exact[:2]) < -1 or exact[2] > width + 1 or exact[3] > height + 1:
        return None
    longer = max(exact[2] - exact[0], exact[3] - exact[1])
    left, top, right, bottom = np.array(exact) + random.normal(0, INEXACT * longer, 4)
    x0, y0 = max(0, int(np.floor(left))), max(0, int(np.floor(top)))
    x1, y1 = min(width, int(np.ceil(right))), min(height, int(np.ceil(bottom)))
    if x1 - x0 < LEAST_SIDES_PX[0] or y1 - y0 < LEAST_SIDES_PX[1]:
        return None
    return PixelBox(x0, y0, x1, y1)
