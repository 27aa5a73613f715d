"""Limits how many drawings of one owner are used, so that nobody decides alone what a model learns.

An owner has a share of all that is used, but always some hundreds, so that a person alone can teach an installation.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

from training.data.people_drawings import PeopleDrawings

Rows = NDArray[np.int64]  # positions in the drawings, ascending


def cap_owners(drawings: PeopleDrawings, rows: Rows, most_share: float, few: int) -> Rows:
    """Return the rows that are used. An owner's are chosen by a hash, so they are of all digits and times.

    Drawings without an owner, stored with the token of the installation, are not limited. Reviewed ones are always
    used, and count.
    """
    owners, reviewed = drawings.owners[rows], drawings.reviewed[rows]
    names, owner_of, counts = np.unique(owners, return_inverse=True, return_counts=True)
    limit = find_limit(counts[names != ""], int((owners == "").sum()), most_share, few)
    hashes = np.array([hashlib.sha256(name.encode()).hexdigest() for name in drawings.ids[rows].tolist()], np.str_)
    order = np.lexsort((hashes, ~reviewed, owner_of))  # by owner, reviewed ones first
    rank = np.empty(len(rows), np.int64)
    rank[order] = np.arange(len(rows)) - (counts.cumsum() - counts)[owner_of[order]]  # among the owner's
    return np.asarray(rows[(rank < limit) | (owners == "") | reviewed])


def find_limit(counts: NDArray[np.int64], others: int, most_share: float, few: int) -> int:
    """counts of owners → the largest limit that is `few`, or at most the share of what is used with this limit.

    `others` are used beside what the owners give.
    """
    limit = max(few, int(counts.max(initial=0)))
    while limit > few and limit > (allowed := int(most_share * (others + counts.clip(max=limit).sum()))):
        limit = max(few, allowed)
    return limit
