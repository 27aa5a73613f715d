"""Splits labelled drawings by owner and by content, so that nothing of a person or a drawing is in two parts.

With many owners, each owner is in one part, as a hash of the owner decides. With few, a hash of each drawing decides.
The drawings of nobody, which may be by any number of people, are always split so. A near copy goes where the first of
its kind is, or nowhere if its owner is in another part.

A later label never moves another drawing to another part, with one exception: when there are many owners for the first
time, their hashes decide from then on. What was trained on before is never measured with afterwards.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from training.data.labelled_images import Split
from training.data.near_copies import find_earlier_copies
from training.data.people_drawings import Names, PeopleDrawings
from training.data.splits import split_by_name

VALIDATION_SHARE = 0.1  # share of the owners, or of the drawings
TEST_SHARE = 0.1
MANY_OWNERS = 10
MEASURED_OWNERS = 2  # at least so many of them must not be trained on, else the hashes of drawings decide

# Each drawing's split, or why it is in none. copy: it is nearly the same as one in another split. trained: it was
# trained on when there were few owners, and its owner is measured with now.
Part = Literal[Split, "copy", "trained"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")
Parts = NDArray[np.str_]  # (N,) of Part


def split_drawings(drawings: PeopleDrawings) -> Parts:
    """Return the part of each drawing. The drawings must be in the order of their labels, oldest first."""
    parts, free = _split_by_owner(drawings.ids, drawings.owners)
    for position, earlier in find_earlier_copies(drawings.images):
        known = parts[earlier]
        known = known[np.isin(known, SPLITS)]
        if free[position] and len(known):
            parts[position] = known[0]
        if parts[position] in SPLITS and (known != parts[position]).any():
            parts[position] = "copy"
    return parts


def _split_by_owner(ids: Names, owners: Names) -> tuple[Parts, NDArray[np.bool_]]:
    """Return the parts without regard to content, and which drawings their content may move to another part."""
    by_content = np.array([split_by_hash(name) for name in ids.tolist()], "<U10")
    splits = {owner: split_by_hash(f"owner {owner}") for owner in set(owners.tolist()) - {""}}
    begin = _find_many_owners(owners, splits)
    if begin is None:
        return by_content, np.ones(len(ids), np.bool_)
    parts = np.array([splits.get(owner, part) for owner, part in zip(owners.tolist(), by_content, strict=True)], "<U10")
    before = np.arange(len(ids)) <= begin
    parts[before & (parts != "train") & (by_content == "train")] = "trained"
    return parts, owners == ""


def split_by_hash(name: str) -> Split:
    """Return the split of an owner or a drawing."""
    return split_by_name(name, test=TEST_SHARE, validation=VALIDATION_SHARE)


def _find_many_owners(owners: Names, splits: dict[str, Split]) -> int | None:
    """Return the first position at which there are many owners; None if there is none."""
    seen: set[str] = set()
    for position, owner in enumerate(owners.tolist()):
        if owner and owner not in seen:
            seen.add(owner)
            measured = sum(splits[one] != "train" for one in seen)
            if len(seen) >= MANY_OWNERS and measured >= MEASURED_OWNERS:
                return position
    return None
