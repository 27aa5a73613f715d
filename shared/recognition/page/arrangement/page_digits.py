"""The digits of a page as arrays, in digit heights from the middle of the page.

Lengths in digit heights make every rule of the arrangement independent of the size of the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from shared.recognition.page.arrangement.pencil import Floats
from shared.recognition.page.mark import Mark


@dataclass(frozen=True)
class PageDigits:
    """All arrays are (N,). `unit` is a typical digit's height in pixels, `middle` (x, y) the middle of all digits."""

    left: Floats
    right: Floats
    top: Floats
    bottom: Floats
    unit: float
    middle: tuple[float, float]

    @classmethod
    def of(cls, digits: Sequence[Mark]) -> "PageDigits":
        """At least one digit."""
        boxes = _list_boxes(digits)
        unit = float(np.median(boxes[:, 3] - boxes[:, 1]))
        low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
        middle = (low + high) / 2
        left, top, right, bottom = ((boxes - np.tile(middle, 2)) / unit).T
        return cls(left, right, top, bottom, unit, (float(middle[0]), float(middle[1])))

    def place(self, marks: Sequence[Mark]) -> "PageDigits":
        """Other marks of the same page, in the same units."""
        boxes = _list_boxes(marks)
        left, top, right, bottom = ((boxes - np.tile(self.middle, 2)) / self.unit).T
        return PageDigits(left, right, top, bottom, self.unit, self.middle)

    @cached_property
    def x(self) -> Floats:
        """The centres."""
        return np.asarray((self.left + self.right) / 2)

    @cached_property
    def y(self) -> Floats:
        """The centres."""
        return np.asarray((self.top + self.bottom) / 2)

    @cached_property
    def height(self) -> Floats:
        """1 for a typical digit."""
        return np.asarray(self.bottom - self.top)


def _list_boxes(marks: Sequence[Mark]) -> Floats:
    """(N, 4): left, top, right, bottom."""
    rows = [(mark.box.left, mark.box.top, mark.box.right, mark.box.bottom) for mark in marks]
    return np.array(rows, np.float64).reshape(-1, 4)
