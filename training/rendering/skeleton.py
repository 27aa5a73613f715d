"""Reduces a shape to lines one pixel wide along its middle, connected in the same way. Zhang and Suen 1984.

Each round removes pixels from the border, first from the south-east, then from the north-west. It keeps the ends of
lines and the pixels that hold the shape together. Whether a pixel is removed depends only on its eight neighbours,
so two tables of 256 entries hold the whole rule.
"""

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]  # (H, W), 0 or 1

NEIGHBOURS = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))  # clockwise from the north


def find_skeleton(shape: Mask) -> Mask:
    """(H, W) → (H, W), 1 on the skeleton. The picture's border counts as background."""
    skeleton = np.pad(shape, 1)
    while True:
        before = int(skeleton.sum())
        for removable in REMOVABLE:
            skeleton[1:-1, 1:-1] &= ~removable[_encode_neighbours(skeleton)] & 1
        if int(skeleton.sum()) == before:
            return skeleton[1:-1, 1:-1]


def _encode_neighbours(padded: Mask) -> NDArray[np.uint8]:
    """(H + 2, W + 2) → (H, W) numbers 0..255 with one bit for each neighbour of a pixel."""
    height, width = padded.shape
    numbers = np.zeros((height - 2, width - 2), np.uint8)
    for bit, (row, column) in enumerate(NEIGHBOURS):
        numbers |= padded[1 + row : height - 1 + row, 1 + column : width - 1 + column] << bit
    return numbers


def _tabulate_removable(corners: tuple[tuple[int, int, int], tuple[int, int, int]]) -> Mask:
    """Return (256,): 1 where a pixel with these neighbours is removed.

    It is removed if 2 to 6 neighbours are set, if they form one run, and if no triple of `corners` is completely set.
    """
    neighbours = (np.arange(256)[:, None] >> np.arange(8)) & 1  # (256, 8)
    count = neighbours.sum(axis=1)
    runs = ((neighbours == 0) & (np.roll(neighbours, -1, axis=1) == 1)).sum(axis=1)
    free = [neighbours[:, corner].prod(axis=1) == 0 for corner in corners]
    return np.asarray((count >= 2) & (count <= 6) & (runs == 1) & free[0] & free[1], np.uint8)


NORTH, EAST, SOUTH, WEST = 0, 2, 4, 6  # places in NEIGHBOURS
REMOVABLE = (
    _tabulate_removable(((NORTH, EAST, SOUTH), (EAST, SOUTH, WEST))),
    _tabulate_removable(((NORTH, EAST, WEST), (NORTH, SOUTH, WEST))),
)
