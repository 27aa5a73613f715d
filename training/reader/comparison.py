"""What a reader found on a page, against what was written there: right, wrong, missed and invented.

A found mark belongs to the written mark of its kind whose middle is nearest, if its own middle lies within that mark's
box or near it. Each written mark is found once; the surest found mark comes first.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.recognition.page.mark import Mark as FoundMark
from training.reader.targets import is_visible
from training.rendering.pages.page import Page
from training.rendering.pages.sheet import DIGITS, IGNORED, SEPARATORS, Box, Mark

NEAR_PX = 4.0  # beyond a box of a separator, which may have a single pixel
NEAR_SHARE = 0.25  # of a digit's height, beside a digit as thin as a 1


@dataclass(frozen=True)
class Comparison:
    """Marks of one kind on one page, the found ones from the surest on.

    `read` (N,) holds the index of the found mark for each written one, or -1; `invented` those of marks that stand
    where nothing was written.
    """

    written: list[Mark]
    found: list[FoundMark]
    read: NDArray[np.int64]
    invented: list[int]

    @property
    def right(self) -> NDArray[np.bool_]:
        """(N,): whether each written mark was found and has the right sign."""
        pairs = zip(self.written, self.read.tolist(), strict=True)
        return np.array([index >= 0 and self.found[index].sign == mark.sign for mark, index in pairs], bool)

    @property
    def is_exact(self) -> bool:
        """Whether all were read rightly and nothing was invented."""
        return bool(self.right.all()) and not self.invented

    @property
    def right_scores(self) -> list[float]:
        """The scores of the found marks that are right."""
        return [self.found[index].score for index in self.read[self.right].tolist()]

    @property
    def invented_scores(self) -> list[float]:
        """The scores of the invented marks."""
        return [self.found[index].score for index in self.invented]


def compare_digits(page: Page, found: Sequence[FoundMark]) -> Comparison:
    """Compare the digits on a page with those that were found."""
    return _compare(page, found, DIGITS)


def compare_separators(page: Page, found: Sequence[FoundMark]) -> Comparison:
    """Compare the separators on a page with those that were found."""
    return _compare(page, found, SEPARATORS)


def _compare(page: Page, found: Sequence[FoundMark], signs: Collection[str]) -> Comparison:
    shape = (page.picture.shape[0], page.picture.shape[1])
    ignored = [mark.box for mark in page.marks if mark.sign == IGNORED or not is_visible(mark, shape)]
    written = [mark for mark in page.marks if mark.sign in signs and is_visible(mark, shape)]
    candidates = sorted((mark for mark in found if mark.sign in signs), key=lambda mark: -mark.score)
    read = np.full(len(written), -1, np.int64)
    middles, reach = _describe(written)
    invented = []
    for index, mark in enumerate(candidates):
        x, y = find_middle(mark)
        distance = np.abs(middles - (x, y)) / reach
        open_to = (distance <= 1).all(axis=1) & (read < 0)
        if open_to.any():
            read[int(np.where(open_to, distance.sum(axis=1), np.inf).argmin())] = index
        elif not any(_contains(box, x, y) for box in ignored):
            invented.append(index)
    return Comparison(written, candidates, read, invented)


def _describe(written: Sequence[Mark]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Marks → their middles (N, 2), x and y, and how far from them a found middle may lie (N, 2)."""
    boxes = np.array([mark.box for mark in written], np.float64).reshape(-1, 4)
    size = boxes[:, 2:] - boxes[:, :2]
    near = np.maximum(NEAR_PX, NEAR_SHARE * size[:, 1:])
    return (boxes[:, :2] + boxes[:, 2:]) / 2, np.maximum(size / 2, near)


def find_middle(mark: FoundMark) -> tuple[float, float]:
    """The middle of a found mark's box: x and y in pixels."""
    return (mark.box.left + mark.box.right) / 2, (mark.box.top + mark.box.bottom) / 2


def _contains(box: Box, x: float, y: float) -> bool:
    left, top, right, bottom = box
    return left - NEAR_PX <= x <= right + NEAR_PX and top - NEAR_PX <= y <= bottom + NEAR_PX
