"""Reads every labelled drawing, oldest label first, in pages, or those that are chosen fairly among their owners.

A page is one query, so a caller who reads slowly holds no connection. A page begins after the place where the page
before ended (keyset pagination), and has few bytes, so a caller who stops reading holds little memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from services.storage.queries.true_digit import decode_label
from shared.contracts.message import ModelVersion
from shared.contracts.storage import LabelledDrawing

PAGE_ROWS = 256
PAGE_BYTES = 1024 * 1024  # a page ends with the drawing that exceeds this; a drawing has up to 12 MiB
WINDOW = 250_000  # labels, the newest, among which some are chosen. It takes a second, or some with a cold cache
ID_BYTES = 16

# The length of a drawing is known without reading it. A suspicion counts as long as the label is the suspected one.
# An import keeps `labelled_at`, and a review changes neither that nor always the history, so `known_at` asks all three.
# It is never later than $1: a label that is given from now on, and is not read, would count as known by then.
PAGE = f"""
SELECT id, label, labelled_at, known_at, owner, labelled_by, digit, rejected, model_name, model_version, suspected,
       reviewed, drawing
FROM (
    SELECT *, sum(octet_length(drawing)) OVER (ORDER BY labelled_at, id) - octet_length(drawing) AS bytes_before
    FROM (
        SELECT id, predictions.label, labelled_at,
               least(greatest(labelled_at, newest.at, reviewed_at), $1) AS known_at, owner,
               CASE newest.origin WHEN 'person' THEN newest.by_owner END AS labelled_by,
               digit, rejected, model_name, model_version,
               suspected_labels.label IS NOT NULL AND reviewed_at IS NULL AS suspected,
               reviewed_at IS NOT NULL AS reviewed,
               coalesce(drawing, content) AS drawing
        FROM predictions
        LEFT JOIN drawings ON sha256 = drawing_sha256
        LEFT JOIN suspected_labels
            ON suspected_labels.prediction_id = id AND suspected_labels.label = predictions.label
        LEFT JOIN LATERAL (
            SELECT at, by_owner, origin FROM label_history AS history
            WHERE history.prediction_id = predictions.id AND counts ORDER BY history.id DESC LIMIT 1
        ) AS newest ON true
        WHERE predictions.label IS NOT NULL AND labelled_at <= $1 AND {{which}}
        ORDER BY labelled_at, id LIMIT {PAGE_ROWS}
    ) AS following
) AS measured
WHERE bytes_before < {PAGE_BYTES}
ORDER BY labelled_at, id
"""  # noqa: S608  constants only
PAGE_AFTER = PAGE.format(which="(labelled_at, id) > ($2, $3)")
PAGE_OF_CHOSEN = PAGE.format(which="id = ANY($2::uuid[])")
# $1 the time up to which labels are read, $2 how many of the newest follow the place
PLACE = """
SELECT labelled_at, id FROM predictions WHERE label IS NOT NULL AND labelled_at <= $1
ORDER BY labelled_at DESC, id DESC OFFSET $2 LIMIT 1
"""
# $1 the time up to which labels are read, $2 how many. The newest of each owner come first, then the second of each.
CHOICE = f"""
SELECT string_agg(uuid_send(id), ''::bytea ORDER BY labelled_at, id)
FROM (
    SELECT id, labelled_at
    FROM (
        SELECT id, labelled_at, row_number() OVER (PARTITION BY owner ORDER BY labelled_at DESC, id DESC) AS turn
        FROM (
            SELECT id, labelled_at, owner FROM predictions WHERE label IS NOT NULL AND labelled_at <= $1
            ORDER BY labelled_at DESC, id DESC LIMIT {WINDOW}
        ) AS newest
    ) AS in_turn
    ORDER BY turn, labelled_at DESC, id DESC LIMIT $2
) AS chosen
"""  # noqa: S608  constants only


@dataclass(frozen=True)
class LabelPlace:
    """The place of one labelled drawing in their order, (labelled_at, id), oldest first."""

    labelled_at: datetime
    id: UUID


BEGINNING = LabelPlace(datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))


async def read_clock(connection: asyncpg.Connection) -> datetime:
    """Return the time of the database, which also sets `labelled_at`."""
    now: datetime = await connection.fetchval("SELECT clock_timestamp()")
    return now


async def find_place(connection: asyncpg.Connection, until: datetime, newest: int) -> LabelPlace:
    """Find the place after which the `newest` labels begin; the beginning if there are no more than that."""
    record = await connection.fetchrow(PLACE, until, newest)
    return LabelPlace(**record) if record else BEGINNING


async def choose_in_turn(connection: asyncpg.Connection, until: datetime, count: int) -> bytes:
    """Choose labels of all owners in turn, the newest first → their ids one after the other, oldest first.

    So an owner with very many labels takes the places that others leave, and no more. The labels without an owner have
    a turn like those of one owner. The ids of 50,000 labels have 0.8 MB.
    """
    ids: bytes | None = await connection.fetchval(CHOICE, until, count)
    return ids or b""


async def read_labelled_drawings(
    connection: asyncpg.Connection, after: LabelPlace, until: datetime
) -> list[LabelledDrawing]:
    """Read the page of the drawings after a place that were labelled no later than `until`; empty at the end."""
    records = await connection.fetch(PAGE_AFTER, until, after.labelled_at, after.id)
    return [_to_labelled_drawing(record) for record in records]


async def read_chosen_drawings(
    connection: asyncpg.Connection, ids: Sequence[UUID], until: datetime
) -> list[LabelledDrawing]:
    """Read the first of these drawings, at most a page of them, that still have a label from no later than `until`."""
    records = await connection.fetch(PAGE_OF_CHOSEN, until, ids)
    return [_to_labelled_drawing(record) for record in records]


def _to_labelled_drawing(record: asyncpg.Record) -> LabelledDrawing:
    """Convert a record without validation, because that would decode the bytes as base64."""
    fields = dict(record)
    model = ModelVersion(name=fields.pop("model_name"), version=fields.pop("model_version"))
    return LabelledDrawing.model_construct(**{**fields, "label": decode_label(fields["label"]), "model": model})
