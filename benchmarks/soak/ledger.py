"""Notes what storage acknowledged, and compares the notes with what the database holds at the end."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from services.storage.queries.counts import find_differences

SOURCE = "upload"  # tells the rows of the load from those of the page
STORED = """
SELECT id, label, source, sha256(content) AS drawing FROM predictions LEFT JOIN drawings ON sha256 = drawing_sha256
"""


@dataclass
class Ledger:
    """What was acknowledged: the sum of each row's drawing, each label, and each deletion.

    `sent` are the rows of which storage was asked; one that was never acknowledged may be there or not.
    """

    sent: set[UUID] = field(default_factory=set)
    drawings: dict[UUID, bytes] = field(default_factory=dict)
    shown: set[UUID] = field(default_factory=set)  # the page said "Saved"
    labels: dict[UUID, int] = field(default_factory=dict)
    unsure_labels: set[UUID] = field(default_factory=set)  # sent, and not acknowledged
    deleted: set[UUID] = field(default_factory=set)
    unsure_deletions: set[UUID] = field(default_factory=set)


@dataclass(frozen=True)
class Books:
    """How the database differs from the notes, and its sums from a recount. All are 0 if nothing is wrong."""

    acknowledged: int
    lost: int
    labels_lost: int
    deleted_again_there: int
    doubled: int
    changed_drawings: int
    strangers: int  # rows that nobody sent
    wrong_sums: int
    stored: int
    labels: int
    deletions: int

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong."""
        wrong = self.lost, self.labels_lost, self.deleted_again_there, self.doubled, self.changed_drawings
        return not any((*wrong, self.strangers, self.wrong_sums))


async def balance(url: str, ledger: Ledger) -> Books:
    """Read all rows and compare them with the ledger."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(STORED)
        differing = await find_differences(connection)
    finally:
        await connection.close()
    stored = {row["id"]: row for row in rows}
    return Books(
        acknowledged=len(ledger.drawings) + len(ledger.shown) + len(ledger.deleted),
        lost=sum(1 for one in (*ledger.drawings, *ledger.shown) if one not in stored),
        labels_lost=sum(_list_lost_labels(ledger, stored)),
        deleted_again_there=len(ledger.deleted & stored.keys()),
        doubled=len(rows) - len(stored),
        changed_drawings=sum(
            stored[one]["drawing"] != drawing for one, drawing in ledger.drawings.items() if one in stored
        ),
        strangers=sum(row["source"] == SOURCE and one not in ledger.sent for one, row in stored.items()),
        wrong_sums=differing,
        stored=len(rows),
        labels=len(ledger.labels),
        deletions=len(ledger.deleted),
    )


def _list_lost_labels(ledger: Ledger, stored: dict[UUID, asyncpg.Record]) -> Iterator[bool]:
    for one, label in ledger.labels.items():
        yield one in stored and stored[one]["label"] != label
