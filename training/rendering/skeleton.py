"""A shape → the lines one pixel wide along its middle, connected as it is. Zhang and Suen 1984.

Each round takes from the border what is neither an end nor needed to hold the shape together, first from the
south-east, then from the north-west. Whether a pixel goes depends on its eight neighbours alone: two tables of 256
entries.
"""

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]  # (H, W), 0 or 1

AROUND = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))  # clockwise from the north


def find_skeleton(shape: Mask) -> Mask:
    """(H, W) → the same with 1 on the skeleton. What touches the picture's border counts as ending there."""
    skeleton = np.pad(shape, 1)
    while True:
        before = int(skeleton.sum())
        for removable in REMOVABLE:
            skeleton[1:-1, 1:-1] &= ~removable[_number_neighbours(skeleton)] & 1
        if int(skeleton.sum()) == before:
            return skeleton[1:-1, 1:-1]


def _number_neighbours(padded: Mask) -> NDArray[np.uint8]:
    """One bit for each neighbour of every inner pixel."""
    height, width = padded.shape
    numbers = np.zeros((height - 2, width - 2), np.uint8)
    for bit, (row, column) in enumerate(AROUND):
        numbers |= padded[1 + row : height - 1 + row, 1 + column : width - 1 + column] << bit
    return numbers


def _tabulate_removable(corners: tuple[tuple[int, int, int], tuple[int, int, int]]) -> Mask:
    """(256,): 1 where 2 to 6 neighbours are set, in one run, and in neither of `corners` all three."""
    neighbours = (np.arange(256)[:, None] >> np.arange(8)) & 1  # (256, 8)
    count = neighbours.sum(axis=1)
    runs = ((neighbours == 0) & (np.roll(neighbours, -1, axis=1) == 1)).sum(axis=1)
    free = [neighbours[:, corner].prod(axis=1) == 0 for corner in corners]
    return np.asarray((count >= 2) & (count <= 6) & (runs == 1) & free[0] & free[1], np.uint8)


NORTH, EAST, SOUTH, WEST = 0, 2, 4, 6
REMOVABLE = (
    _tabulate_removable(((NORTH, EAST, SOUTH), (EAST, SOUTH, WEST))),
    _tabulate_removable(((NORTH, EAST, WEST), (NORTH, SOUTH, WEST))),
)
