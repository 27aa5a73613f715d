"""A stand-in for the reader network that sees bright squares instead of digits.

Squares of 12 to 44 pixels are digits, smaller ones are too small, and larger ones are nothing. It remembers the sizes
of what it was shown.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np

from shared.recognition.page.detection import Grey, PageMaps
from shared.recognition.page.maps import CHANNELS, MAPS, STRIDE

NOTHING = -8.0  # logit
SURE, DOUBTFUL = 4.0, 1.0  # logits of a whole square, and of one that the border of the tile may have cut
LEAST, MOST = 12, 44  # pixels


@dataclass
class SquareReader:
    """`shapes`: the height and width of every tile that was asked for. `sure`: the logit of a whole square."""

    threshold: int = 127  # grey level above which pixels are a square
    sure: float = SURE
    shapes: list[tuple[int, int]] = field(default_factory=list)

    def compute_maps(self, tile: Grey) -> PageMaps:
        """(H, W), multiples of 16 → (25, H/4, W/4)."""
        height, width = tile.shape
        self.shapes.append((height, width))
        maps = make_maps(height, width)
        _, _, stats, _ = cv2.connectedComponentsWithStats((tile > self.threshold).view(np.uint8))
        for left, top, w, h, _ in stats[1:].tolist():
            cut = left == 0 or top == 0 or left + w == width or top + h == height
            if h < LEAST:
                maps[MAPS.small, top // STRIDE, left // STRIDE] = SURE
            elif h <= MOST:
                put_digit(maps, left + w / 2, top + h / 2, w, h, DOUBTFUL if cut else self.sure)
        return maps


def make_maps(height: int, width: int) -> PageMaps:
    """Maps of a page of this size on which there is nothing."""
    return np.full((CHANNELS, height // STRIDE, width // STRIDE), NOTHING, np.float32)


def put_digit(maps: PageMaps, x: float, y: float, width: float, height: float, logit: float, digit: int = 7) -> None:
    """Put a digit with its centre at x, y (pixels) on the maps."""
    column, row = int(x // STRIDE), int(y // STRIDE)
    maps[0, row, column] = logit
    maps[MAPS.digit.start + digit, row, column] = 5.0
    maps[MAPS.place, row, column] = (x / STRIDE - column - 0.5, y / STRIDE - row - 0.5, np.log(width), np.log(height))


def draw_squares(shape: tuple[int, int], squares: list[tuple[int, int, int]]) -> Grey:
    """A page (H, W) with bright squares: left, top, side."""
    page = np.zeros(shape, np.uint8)
    for left, top, side in squares:
        page[top : top + side, left : left + side] = 255
    return page
