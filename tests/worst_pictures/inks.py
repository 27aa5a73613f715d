"""Shapes of ink that cost much to take apart, as black and white pixels (side, side) uint8, 255 for ink."""

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]


def checkerboard(side: int, cell: int) -> Grey:
    """Squares that touch at their corners, so that all ink is one piece and every gap a hole."""
    row, column = np.indices((side, side)) // cell
    return 255 * ((row + column) % 2).astype(np.uint8)


def grid_of_dots(side: int, step: int, size: int = 1) -> Grey:
    """Many pieces that are too small or too many to be digits."""
    ink = np.zeros((side, side), np.uint8)
    for down in range(size):
        for right in range(size):
            ink[down::step, right::step] = 255
    return ink


def mesh(side: int, step: int) -> Grey:
    """One piece with many holes."""
    ink = np.zeros((side, side), np.uint8)
    ink[::step] = ink[:, ::step] = 255
    ink[-1] = ink[:, -1] = 255
    return ink


def noise(side: int, share: float) -> Grey:
    """Each pixel is ink with a probability of `share`."""
    return 255 * (np.random.default_rng(0).random((side, side)) < share).astype(np.uint8)


def nested_boxes(side: int, count: int) -> Grey:
    """Pieces inside each other: every box spans much of the page."""
    ink = np.zeros((side, side), np.uint8)
    step = max(2, side // (2 * count))
    for inset in range(0, min(side // 2, count * step), step):
        cv2.rectangle(ink, (inset, inset), (side - 1 - inset, side - 1 - inset), 255, 2)
    return ink


def diagonals(side: int, count: int) -> Grey:
    """Parallel strokes that span the page, so that their boxes overlap."""
    ink = np.zeros((side, side), np.uint8)
    for index in range(count):
        shift = round(side / 2 * index / count)
        cv2.line(ink, (shift, side // 2 + shift - 1), (side // 2 + shift, shift), 255, 2)
    return ink


def combs(side: int, count: int) -> Grey:
    """Strokes across the page with teeth, so that their outlines are long."""
    ink = np.zeros((side, side), np.uint8)
    height = side // count
    for top in range(0, count * height, height):
        ink[top + 1, :] = 255
        ink[top + 1 : top + height - 2, ::2] = 255
    return ink


def comb_with_holes(side: int) -> Grey:
    """A comb whose back has too many holes to outline them."""
    ink = combs(side, 1)
    ink[:16] = 255
    ink[4:12:4, 4 : side - 4 : 4] = 0
    return ink


def snake(side: int) -> Grey:
    """One stroke that fills the page: its outline is as long as can be."""
    ink = np.zeros((side, side), np.uint8)
    ink[::4] = ink[1::4] = 255
    ink[::8, -2:] = ink[2::8, -2:] = ink[3::8, -2:] = 255
    ink[6::8, :2] = ink[7::8, :2] = 255
    return ink
