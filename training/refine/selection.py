"""Selects which labelled drawings a refinement learns from, and with which it measures what it learned.

A label that is likely wrong is not used before a curator has confirmed it. Nobody gives more than a share.
"""

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from training.data.people_drawings import PeopleDrawings

Rows = NDArray[np.int64]  # positions in the drawings, ascending
Probabilities = NDArray[np.float64]  # (N, 11), rows sum to 1: the ten digits, then "not a digit"
# suspected: the label is likely wrong. owner: most labels of this owner are. share: its owner gives enough already.
# copy: nearly the same drawing is in the other part. trained: it was learned from when there were few owners.
Reason = Literal["suspected", "owner", "share", "copy", "trained"]


@dataclass(frozen=True)
class SelectionSettings:
    """The rules. `most_share` of what is learned from may come from one owner, but `few` drawings always may."""

    most_share: float = 0.2
    few: int = 500
    bad_owner: float = 0.5  # an owner of whose labels a larger share is suspected is not trusted
    least_labels: int = 10  # of an owner, to judge the owner by


@dataclass(frozen=True)
class Suspicion:
    """A label that is likely wrong. `suggested` is the likeliest label, and `probability` that of `label`."""

    id: UUID
    label: int  # 0..9 or NOT_A_DIGIT
    suggested: int
    probability: float


@dataclass(frozen=True)
class Selection:
    """Every drawing is in exactly one of `train`, `held_out` and the parts of `left_out`."""

    train: Rows
    held_out: Rows
    suspected: tuple[Suspicion, ...]  # to be shown for review; the drawings are also in left_out["suspected"]
    left_out: dict[Reason, Rows] = field(default_factory=dict)

    def describe(self) -> list[str]:
        """Return one sentence for each thing that people should know."""
        raise NotImplementedError


def select(
    drawings: PeopleDrawings, probabilities: Probabilities, settings: SelectionSettings = SelectionSettings()
) -> Selection:
    """Split the drawings that are to be trusted into those to learn from and those to measure with.

    `probabilities` must be out of sample: see `probe.py`.
    """
    raise NotImplementedError
