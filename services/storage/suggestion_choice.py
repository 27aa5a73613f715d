"""Chooses among drawings that could be labelled: candidates, best of each kind first → the few to ask about.

The next one is of the kind, then of the owner, then of the digit that was chosen least so far. So no person's drawings
and no digit fill a batch as long as there are others.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from shared.contracts.suggestions import Kind


@dataclass(frozen=True)
class Candidate:
    """A drawing that could be labelled. `suggested` is a label as the database has it."""

    id: UUID
    owner: UUID | None
    digit: int
    kind: Kind
    suggested: int | None


def choose_candidates(candidates: Iterable[Candidate], limit: int) -> list[Candidate]:
    """Return at most `limit`, each drawing once, in the order in which to ask."""
    left = list({candidate.id: candidate for candidate in candidates}.values())
    kinds, owners, digits = Counter[Kind](), Counter[UUID | None](), Counter[int]()
    chosen: list[Candidate] = []
    while left and len(chosen) < limit:
        best = min(left, key=lambda one: (kinds[one.kind], owners[one.owner], digits[one.digit]))  # the first of equals
        left.remove(best)
        chosen.append(best)
        kinds[best.kind] += 1
        owners[best.owner] += 1
        digits[best.digit] += 1
    return chosen
