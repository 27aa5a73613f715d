"""Selects which labelled drawings a refinement learns from, and with which it measures what it learned.

A label that is likely wrong is not used before a curator has confirmed it. Nobody gives more than a share.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from training.data.labelled_images import NOT_A_DIGIT
from training.data.owner_splits import split_drawings
from training.data.people_drawings import PeopleDrawings
from training.refine.capping import Rows, cap_owners
from training.refine.hygiene import Judgement, judge_labels
from training.refine.probe import CLASSES, Probabilities

Reason = Literal["suspected", "owner", "share", "copy", "trained"]
SENTENCES: dict[Reason, str] = {
    "suspected": "{} labels are likely wrong; they wait for a curator",
    "owner": "{} labels are set aside, because most labels of their owners are likely wrong",
    "share": "{} labels are not used, because their owners give enough already",
    "copy": "{} drawings are nearly the same as one in the other part",
    "trained": "{} drawings were learned from before their owners were measured with",
}


@dataclass(frozen=True)
class SelectionSettings:
    """The rules. `most_share` of what is learned from may come from one owner, but `few` drawings always may.

    An owner is not trusted if more than the share `bad_owner` of at least `least_labels` labels is suspected.
    """

    most_share: float = 0.2
    few: int = 500
    bad_owner: float = 0.5
    least_labels: int = 3


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
    suspected: tuple[Suspicion, ...]  # for review, likeliest wrong first; the drawings are left_out["suspected"]
    left_out: dict[Reason, Rows]

    def describe(self) -> list[str]:
        """Return one sentence for each thing that people should know."""
        used = f"{len(self.train)} labels to learn from, {len(self.held_out)} to measure with"
        return [used, *(SENTENCES[reason].format(len(rows)) for reason, rows in self.left_out.items() if len(rows))]


def select(
    drawings: PeopleDrawings, probabilities: Probabilities, settings: SelectionSettings | None = None
) -> Selection:
    """Split the drawings that are to be trusted into those to learn from and those to measure with.

    probabilities (N, 11) must be out of sample, as `probe.py` estimates them.
    """
    settings = settings or SelectionSettings()
    judgement = judge_labels(probabilities, drawings.labels, drawings.owners)
    reasons = np.full(len(drawings), "", "<U9")
    parts = split_drawings(drawings)
    for reason in ("copy", "trained"):
        reasons[parts == reason] = reason
    reasons[_find_bad_owners(drawings, judgement, settings) & ~drawings.reviewed] = "owner"
    suspected = judgement.suspected & ~drawings.reviewed
    reasons[suspected] = "suspected"
    learned = np.flatnonzero((reasons == "") & (parts == "train"))
    measured = np.flatnonzero((reasons == "") & (parts != "train"))
    train, held_out = (
        cap_owners(drawings, rows, settings.most_share, few)
        for rows, few in ((learned, settings.few), (measured, settings.few // 4))  # the held-out share is a fifth
    )
    reasons[np.setdiff1d(np.concatenate([learned, measured]), np.concatenate([train, held_out]))] = "share"
    left_out: dict[Reason, Rows] = {reason: np.flatnonzero(reasons == reason) for reason in SENTENCES}
    return Selection(train, held_out, _list_suspicions(drawings, judgement, left_out["suspected"]), left_out)


def _find_bad_owners(drawings: PeopleDrawings, judgement: Judgement, settings: SelectionSettings) -> NDArray[np.bool_]:
    """(N,): whether the label was given by an owner whose labels are mostly suspected, on the owner's own drawing.

    Labels by curators and for the installation are judged one by one.
    """
    own = (drawings.owners != "") & (drawings.labelled_by == drawings.owners)
    _, owner_of = np.unique(drawings.owners, return_inverse=True)
    given = np.bincount(owner_of, own)
    doubted = np.bincount(owner_of, own & judgement.suspected & ~drawings.reviewed)
    bad = (given >= settings.least_labels) & (doubted > settings.bad_owner * given)
    return np.asarray(own & bad[owner_of], np.bool_)


def _list_suspicions(drawings: PeopleDrawings, judgement: Judgement, rows: Rows) -> tuple[Suspicion, ...]:
    ordered = rows[np.argsort(judgement.probability[rows], kind="stable")]
    return tuple(
        Suspicion(
            UUID(str(drawings.ids[row])),
            int(drawings.labels[row]),
            _to_label(int(judgement.suggested[row])),
            float(judgement.probability[row]),
        )
        for row in ordered
    )


def _to_label(number: int) -> int:
    return NOT_A_DIGIT if number == CLASSES - 1 else number
