"""The contrast of each pixel to the paper, in grey levels, and the ink that follows from it.

On flat paper the contrast depends on the grey level alone. `LevelContrast` therefore works on the counts of the 256
levels instead of on the pixels, which is much faster and gives the same ink as `PixelContrast`.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from shared.recognition.cutout import Counts, Cutout

Levels = NDArray[np.float32]  # (H, W), (256,) or (N,); in grey levels
Ink = NDArray[np.float32]  # (H, W), 0 for paper to 1 for a full stroke

STD_PER_MEDIAN = 1.4826  # standard deviation of a normal distribution, divided by its median absolute deviation


@dataclass(frozen=True)
class PixelContrast:
    """`levels` (H, W): 0 on the paper, positive on ink. `noise`: standard deviation of the paper, in grey levels."""

    levels: Levels  # smaller than the picture if a photograph was reduced
    noise: float
    photographed: bool

    def find_strong(self, floor: float) -> Levels:
        """(N,) ascending: the contrasts of all pixels above `floor`."""
        return np.sort(self.levels[self.levels > floor])

    def make_ink(self, paper_level: float, stroke_level: float) -> Cutout:
        """Contrasts up to `paper_level` become 0, contrasts from `stroke_level` become 1."""
        return Cutout.whole(_scale(self.levels, paper_level, stroke_level))


@dataclass(frozen=True)
class LevelContrast:
    """`levels` (256,): the contrast of each grey level. `counts` (256,): how many pixels of `grey` have that level."""

    grey: Cutout
    counts: Counts
    levels: Levels
    noise: float
    photographed: ClassVar[bool] = False

    def find_strong(self, floor: float) -> Levels:
        """(N,) ascending: the contrasts of all pixels above `floor`."""
        strong = self.levels > floor
        levels = self.levels[strong].repeat(self.counts[strong])
        return levels if self.levels[-1] > self.levels[0] else levels[::-1]

    def make_ink(self, paper_level: float, stroke_level: float) -> Cutout:
        """Contrasts up to `paper_level` become 0, contrasts from `stroke_level` become 1.

        The ink is cut out like `grey` if the surroundings have no ink.
        """
        ink = _scale(self.levels, paper_level, stroke_level)
        grey = self.grey if ink[self.grey.around] == 0 else Cutout.whole(self.grey.fill())
        return grey.look_up(ink)


def _scale(levels: Levels, paper_level: float, stroke_level: float) -> Ink:
    ink: Ink = (levels - paper_level) / (stroke_level - paper_level)
    return np.minimum(np.maximum(ink, np.float32(0)), np.float32(1))
