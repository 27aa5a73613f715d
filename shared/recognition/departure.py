"""How far each pixel departs from the paper towards the ink, in grey levels, and what ink that makes.

On flat paper that is a matter of the grey level alone: what would be measured over the pixels is measured over the
counts of the 256 levels, and the ink is looked up.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from shared.recognition.cutout import Counts, Cutout

Levels = NDArray[np.float32]  # (H, W) or (256,) or (N,), in grey levels
Ink = NDArray[np.float32]  # (H, W), 0..1


@dataclass(frozen=True)
class Departure:
    """`levels` (H, W): 0 on the paper, positive on ink. `noise`: standard deviation of the paper itself, in levels."""

    levels: Levels  # of a photograph that is reduced
    noise: float
    photographed: bool

    def find_strong(self, floor: float) -> Levels:
        """(N,): those of all pixels that are above the floor, ascending."""
        return np.sort(self.levels[self.levels > floor])

    def make_ink(self, paper_level: float, stroke_level: float) -> Cutout:
        """0 up to the level of the paper, 1 from that of the stroke."""
        return Cutout.whole(_scale(self.levels, paper_level, stroke_level))


@dataclass(frozen=True)
class FlatDeparture:
    """`levels` (256,): the departure of each level of `grey`, whose pixels `counts` (256,) counts."""

    grey: Cutout
    counts: Counts
    levels: Levels
    noise: float
    photographed: ClassVar[bool] = False

    def find_strong(self, floor: float) -> Levels:
        """As the pixels' own."""
        strong = self.levels > floor
        levels = self.levels[strong].repeat(self.counts[strong])
        return levels if self.levels[-1] > self.levels[0] else levels[::-1]

    def make_ink(self, paper_level: float, stroke_level: float) -> Cutout:
        """As the pixels' own, of the part alone where there is no ink around it."""
        ink = _scale(self.levels, paper_level, stroke_level)
        grey = self.grey if ink[self.grey.around] == 0 else Cutout.whole(self.grey.fill())
        return grey.look_up(ink)


def _scale(levels: Levels, paper_level: float, stroke_level: float) -> Ink:
    ink: Ink = (levels - paper_level) / (stroke_level - paper_level)
    return np.minimum(np.maximum(ink, np.float32(0)), np.float32(1))
