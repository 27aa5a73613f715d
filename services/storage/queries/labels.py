"""Sets and removes the label of a prediction, and keeps the history of its labels.

The newest label by the owner or a curator counts: it is the label of the prediction. A label by somebody else is kept
in the history only. The row of the prediction is locked while its label changes, so that the history is in order.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import asyncpg

from services.storage.queries.predictions import COLUMNS, READ, to_stored_prediction
from services.storage.queries.suspected import reopen_suspicion, review_label
from services.storage.queries.true_digit import decode_label, encode_label
from shared.contracts.access import LabelChange, LabelHistory
from shared.contracts.storage import StoredPrediction, TrueDigit

MOST_CHANGES = 1000  # in an answer; its owner may change a label as often as it likes

LOCK = f"{READ} FOR UPDATE"

# The same label again keeps the time of the first.
SET = f"""
UPDATE predictions SET label = $2, labelled_at = CASE WHEN $2::smallint IS NOT NULL THEN clock_timestamp() END
WHERE id = $1 RETURNING {COLUMNS}
"""  # noqa: S608  constants only

# $2 the owner who gives the label, $3 its name → whether the label is a retry: the same author gave it last, and nobody
# has questioned it since, neither by another opinion nor by a suspicion that the author has not confirmed it against.
IS_RETRY = """
SELECT by_owner IS NOT DISTINCT FROM $2 AND by_name = $3
   AND NOT EXISTS (SELECT FROM label_history AS opinion WHERE prediction_id = $1 AND NOT counts
                   AND opinion.id > newest.id AND opinion.after <> newest.after)
   AND (before IS NOT DISTINCT FROM after OR NOT EXISTS (
        SELECT FROM suspected_labels WHERE prediction_id = $1 AND label = newest.after AND reviewed_at IS NULL))
FROM label_history AS newest WHERE prediction_id = $1 AND counts ORDER BY id DESC LIMIT 1
"""
NEWEST_OWN = """
SELECT after FROM label_history WHERE prediction_id = $1 AND by_owner = $2 AND NOT counts ORDER BY id DESC LIMIT 1
"""
NOTE = """
INSERT INTO label_history (prediction_id, by_owner, by_name, counts, before, after, origin)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
# $2 the owner and $3 the name of the author, $4 the label before and $5 after the change that is taken back
TAKE_BACK = """
DELETE FROM label_history WHERE by_owner IS NOT DISTINCT FROM $2 AND by_name = $3 AND before = $4 AND after = $5
   AND id = (SELECT max(id) FROM label_history WHERE prediction_id = $1 AND counts)
RETURNING id
"""
# After TAKE_BACK: the label is as old as it was.
SET_BACK = f"""
UPDATE predictions SET label = $2, labelled_at = coalesce(
    (SELECT at FROM label_history WHERE prediction_id = $1 AND counts ORDER BY id DESC LIMIT 1), labelled_at)
WHERE id = $1 RETURNING {COLUMNS}
"""  # noqa: S608  constants only
SEEN = "SELECT EXISTS (SELECT FROM predictions WHERE id = $1 AND ($2::uuid IS NULL OR owner = $2))"
HISTORY = f"""
SELECT at, by_owner, by_name, counts, before, after, origin FROM (
    SELECT * FROM label_history WHERE prediction_id = $1 ORDER BY id DESC LIMIT {MOST_CHANGES}
) AS newest ORDER BY id
"""  # noqa: S608  constants only


@dataclass(frozen=True)
class Author:
    """Who gives a label. `changeable` is the owner whose labels the author may change, None for everybody's."""

    owner: UUID | None
    name: str
    changeable: UUID | None
    origin: Literal["person", "import"] = "person"

    @property
    def is_curator(self) -> bool:
        """Whether the author may label everybody's drawings. Such a label also answers a suspicion."""
        return self.changeable is None


class NotAllowedError(Exception):
    """The prediction is seen, but its label is not the caller's to remove."""


async def label_prediction(
    connection: asyncpg.Connection, prediction_id: UUID, label: TrueDigit, author: Author, seen: UUID | None
) -> StoredPrediction | None:
    """Set the label → the prediction; None if the author sees none with this id.

    A label that does not count leaves the prediction as it is. One by a curator marks a suspected label as reviewed.
    """
    async with connection.transaction():
        record = await connection.fetchrow(LOCK, prediction_id, seen)
        if record is None:
            return None
        before, number = record["label"], encode_label(label)
        if not _may_change(record, author):
            await _note_opinion(connection, prediction_id, number, author)
        elif before != number:
            record = await connection.fetchrow(SET, prediction_id, number)
            await _note(connection, prediction_id, author, counts=True, before=before, after=number)
        elif not await connection.fetchval(IS_RETRY, prediction_id, author.owner, author.name):
            await _note(connection, prediction_id, author, counts=True, before=number, after=number)
        if author.is_curator:  # last, because IS_RETRY asks for a suspicion that is open
            await review_label(connection, prediction_id, before, number)
        return to_stored_prediction(record, author.owner)


async def take_label_back(
    connection: asyncpg.Connection,
    prediction_id: UUID,
    before: TrueDigit,
    label: TrueDigit,
    author: Author,
    seen: UUID | None,
) -> StoredPrediction | None:
    """Undo the author's change of the label → the prediction; None if the author sees none with this id.

    It is then as if the author had never said so: nothing is confirmed, settled or reviewed. Nothing happens if the
    change is not the newest that counts, for example because it was taken back already.
    """
    async with connection.transaction():
        record = await connection.fetchrow(LOCK, prediction_id, seen)
        if record is None:
            return None
        old, new = encode_label(before), encode_label(label)
        if await connection.fetchval(TAKE_BACK, prediction_id, author.owner, author.name, old, new) is not None:
            if author.is_curator:
                await reopen_suspicion(connection, prediction_id, new, old)
            if old != new:
                record = await connection.fetchrow(SET_BACK, prediction_id, old)
        return to_stored_prediction(record, author.owner)


async def remove_label(connection: asyncpg.Connection, prediction_id: UUID, author: Author, seen: UUID | None) -> bool:
    """Remove the label if there is one → False if the author sees no such prediction. NotAllowedError."""
    async with connection.transaction():
        record = await connection.fetchrow(LOCK, prediction_id, seen)
        if record is None:
            return False
        if not _may_change(record, author):
            raise NotAllowedError
        if record["label"] is not None:
            await connection.fetchrow(SET, prediction_id, None)
            await _note(connection, prediction_id, author, counts=True, before=record["label"], after=None)
        return True


async def read_label_history(
    connection: asyncpg.Connection, prediction_id: UUID, seen: UUID | None, caller: UUID | None
) -> LabelHistory | None:
    """Read the newest changes of the label, oldest first; None if the caller sees no such prediction."""
    if not await connection.fetchval(SEEN, prediction_id, seen):
        return None
    records = await connection.fetch(HISTORY, prediction_id)
    return LabelHistory(changes=[_to_change(record, caller) for record in records])


def _may_change(record: asyncpg.Record, author: Author) -> bool:
    return author.is_curator or record["owner"] == author.changeable


async def _note_opinion(connection: asyncpg.Connection, prediction_id: UUID, number: int, author: Author) -> None:
    before = await connection.fetchval(NEWEST_OWN, prediction_id, author.owner)
    if before != number:
        await _note(connection, prediction_id, author, counts=False, before=before, after=number)


async def _note(
    connection: asyncpg.Connection,
    prediction_id: UUID,
    author: Author,
    *,
    counts: bool,
    before: int | None,
    after: int | None,
) -> None:
    await connection.execute(NOTE, prediction_id, author.owner, author.name, counts, before, after, author.origin)


def _to_change(record: asyncpg.Record, caller: UUID | None) -> LabelChange:
    return LabelChange(
        at=record["at"],
        by=_describe_author(record["by_owner"], record["by_name"], caller),
        counts=record["counts"],
        before=decode_label(record["before"]),
        after=decode_label(record["after"]),
        origin=record["origin"],
    )


def _describe_author(owner: UUID | None, name: str, caller: UUID | None) -> str:
    """Name the author without telling the ids of visitors."""
    if owner is not None and owner == caller:
        return "you"
    return "another visitor" if name.startswith("visitor") else name
