"""Small pages to measure a reader with: composed of digits and writers that it never learned from, layout by layout.

The same seed gives the same pages, so that two versions are compared on the same ones.
"""

from collections.abc import Iterator

import numpy as np

from training.rendering.pages.hands import Hands
from training.rendering.pages.layouts import LAYOUTS
from training.rendering.pages.page import Page, compose_page

Slices = dict[str, list[Page]]  # layout → pages

PAGES = 40  # for each layout
SIZE, STRIP_SIZE = (256, 384), (64, 256)  # height and width in pixels
HEIGHTS_PX, STRIP_HEIGHTS_PX = (14.0, 56.0), (20.0, 46.0)  # of the digits


def compose_slices(hands: Hands, seed: int, pages: int = PAGES) -> Slices:
    """Compose that many pages of each layout."""
    return {layout: list(_compose_pages(hands, layout, seed, pages)) for layout in LAYOUTS}


def _compose_pages(hands: Hands, layout: str, seed: int, pages: int) -> Iterator[Page]:
    size, (low, high) = (STRIP_SIZE, STRIP_HEIGHTS_PX) if layout == "strip" else (SIZE, HEIGHTS_PX)
    for number in range(pages):
        random = np.random.default_rng((seed, list(LAYOUTS).index(layout), number))
        digit_px = float(np.exp(random.uniform(np.log(low), np.log(high))))
        yield compose_page(hands, size, layout, digit_px, random)
