"""A picture → the part on which something is drawn, and the one value that all pixels around it have.

Most of a canvas is paper of a single level. Measuring and changing only the part gives the same result as working on
the whole picture, in less time.
"""

import math
from dataclasses import dataclass
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]  # (H, W)
Pixels = NDArray[Any]  # (H, W) grey levels or ink, or (H, W, 4) RGBA
Counts = NDArray[np.int64]  # (256,): the number of pixels with each grey level

SAMPLED_SIDE = 256  # pixels; a longer side is sampled at every second, third, ... pixel


@dataclass(frozen=True)
class Cutout:
    """`pixels` (h, w[, 4]) lie at `row`, `column` of a picture of `shape` (H, W). All other pixels equal `around`."""

    pixels: Pixels
    around: Pixels  # (1, 1[, 4])
    row: int
    column: int
    shape: tuple[int, int]

    @classmethod
    def of(cls, picture: Pixels) -> Self:
        """(H, W) or (H, W, 4) uint8 → the part that differs from the first pixel, or everything if nothing differs."""
        single = picture.view(np.uint32)[..., 0] if picture.ndim == 3 else picture
        column, row, width, height = cv2.boundingRect((single != single[0, 0]).view(np.uint8))
        if not width:
            return cls.whole(picture)
        shape = (picture.shape[0], picture.shape[1])
        return cls(picture[row : row + height, column : column + width], picture[:1, :1], row, column, shape)

    @classmethod
    def whole(cls, picture: Pixels, around: Pixels | None = None) -> Self:
        """The whole picture as a cutout. `around` is the pixel that `widen` adds; by default the first pixel."""
        return cls(picture, picture[:1, :1] if around is None else around, 0, 0, (picture.shape[0], picture.shape[1]))

    def fill(self) -> Pixels:
        """The whole picture, (H, W[, 4])."""
        if self.pixels.shape[:2] == self.shape:
            return self.pixels
        picture = np.empty(self.shape + self.pixels.shape[2:], self.pixels.dtype)
        picture[...] = self.around
        height, width = self.pixels.shape[:2]
        picture[self.row : self.row + height, self.column : self.column + width] = self.pixels
        return picture

    def replace(self, pixels: Pixels, around: Pixels) -> Self:
        """A cutout with other values at the same place."""
        return type(self)(pixels, around, self.row, self.column, self.shape)

    def pick(self, channel: int) -> Self:
        """One channel of RGBA, 0 to 3."""
        return self.replace(cv2.extractChannel(self.pixels, channel), self.around[..., channel])

    def look_up(self, table: NDArray[Any]) -> Self:
        """Replaces each grey level by its entry in `table` (256,)."""
        return self.replace(cv2.LUT(self.pixels, table), table[self.around])

    def widen(self, margin: int) -> Self:
        """Adds `margin` pixels equal to `around` on each side."""
        height, width = self.shape
        shape = (height + 2 * margin, width + 2 * margin)
        return type(self)(self.pixels, self.around, self.row + margin, self.column + margin, shape)

    def count_levels(self) -> Counts:
        """The number of pixels of the whole picture with each grey level."""
        counts = cv2.calcHist([self.pixels], [0], None, [256], [0, 256]).ravel().astype(np.int64)
        counts[self.around[0, 0]] += self.shape[0] * self.shape[1] - self.pixels.size
        return counts

    def measure_spread(self) -> list[float]:
        """The standard deviation of each channel over the whole picture. A large part is sampled."""
        height, width = self.pixels.shape[:2]
        sample = self.pixels[:: max(1, height // SAMPLED_SIDE), :: max(1, width // SAMPLED_SIDE)]
        means, deviations = (measure.ravel().tolist() for measure in cv2.meanStdDev(sample))
        share = height * width / (self.shape[0] * self.shape[1])
        distances = [mean - level for mean, level in zip(means, self.around.ravel().tolist(), strict=True)]
        return [
            math.sqrt(share * (deviation**2 + (1 - share) * distance**2))
            for deviation, distance in zip(deviations, distances, strict=True)
        ]
