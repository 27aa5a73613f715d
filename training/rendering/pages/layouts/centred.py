"""Writes a number around the middle of a cell or box, as people do."""

import numpy as np

from training.rendering.pages.hand import Hand
from training.rendering.pages.numbers import Style, write_number
from training.rendering.pages.sheet import Layer, Mark, Random, Sheet, enclose, paste_mask


def write_centred(
    sheet: Sheet,
    layer: Layer,
    text: str,
    hand: Hand,
    style: Style,
    place: tuple[float, float],
    height: float,
    jitter: float,
    random: Random,
) -> Mark:
    """Write a number around `place`, up to about `jitter` of its height away. Adds its marks, returns the first.

    The number is written on a layer of its own and moved, because its width is not known before.
    """
    scratch = np.zeros((int(height * 2.6) + 8, int(height * (1.6 * len(text) + 2)) + 8), np.uint8)
    written = write_number(scratch, text, hand, style, (height * 0.6 + 2, height * 1.8 + 4), height, random)
    left, top, right, bottom = enclose(written)
    dx = round(place[0] - (left + right) / 2 + random.normal(0, jitter) * height)
    dy = round(place[1] - (top + bottom) / 2 + random.normal(0, jitter * 0.7) * height)
    paste_mask(layer, scratch, dx, dy)
    moved = [mark.move(dx, dy) for mark in written]
    sheet.marks += moved
    return moved[0]
