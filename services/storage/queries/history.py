"""Reads pages of the history, newest first, and counts predictions.

A page starts after the place where the page before ended (keyset pagination). The thousandth page is therefore as fast
as the first, and new rows do not shift the pages.
"""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.storage.cursor import Place, decode_cursor, encode_cursor
from services.storage.history_query import CountQuery, HistoryQuery, split_model_reference
from services.storage.queries.predictions import COLUMNS, to_stored_prediction
from shared.contracts.message import ModelVersion
from shared.contracts.storage import HistoryFilters, ModelVersions, PredictionCount, PredictionPage, StoredPrediction

# It jumps from one version to the next in the index of models, so it reads one row for each version.
MODEL_VERSIONS = """
WITH RECURSIVE found AS (
    (SELECT model_name, model_version FROM predictions ORDER BY model_name, model_version LIMIT 1)
    UNION ALL
    SELECT next.model_name, next.model_version FROM found, LATERAL (
        SELECT model_name, model_version FROM predictions
        WHERE (model_name, model_version) > (found.model_name, found.model_version)
        ORDER BY model_name, model_version LIMIT 1
    ) AS next
)
SELECT model_name AS name, model_version AS version FROM found
"""


class Conditions:
    """SQL conditions joined by AND, and their values. The values are parameters and never part of the SQL text."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.values: list[object] = []

    def add(self, text: str, *values: object) -> None:
        """Add a condition, unless a value is None. `text` holds one `{}` for each value."""
        if None in values:
            return
        first = len(self.values) + 1
        self.texts.append(text.format(*(f"${first + offset}" for offset in range(len(values)))))
        self.values.extend(values)

    def where(self) -> str:
        """Return the WHERE clause, or an empty string without conditions."""
        return f"WHERE {' AND '.join(self.texts)}" if self.texts else ""


def build_conditions(filters: HistoryFilters) -> Conditions:
    """Translate the filters to SQL, each in the form that its index supports."""
    conditions = Conditions()
    conditions.add("digit = {}", filters.digit)
    conditions.add("label = {}", filters.label)
    if filters.labelled is not None:
        conditions.add("label IS NOT NULL" if filters.labelled else "label IS NULL")
    if filters.correct is not None:
        conditions.add("label = digit" if filters.correct else "label <> digit")
    name, version = split_model_reference(filters.model)
    conditions.add("model_name = {}", name)
    conditions.add("model_version = {}", version)
    conditions.add("source = {}", filters.source)
    conditions.add("created_at >= {}", filters.since)
    conditions.add("created_at < {}", filters.until)
    return conditions


async def read_page(
    connection: asyncpg.Connection, query: HistoryQuery, owner: UUID | None, caller: UUID | None
) -> PredictionPage:
    """Read one page before or after a place. It reads one more row to find out whether another page follows."""
    newer = query.newer_than is not None
    conditions = build_conditions(query)
    conditions.add("owner = {}", owner)
    for cursor, side in ((query.cursor, "<"), (query.newer_than, ">")):
        if cursor is not None:
            place = decode_cursor(cursor)
            conditions.add(f"(created_at, id) {side} ({{}}, {{}})", place.created_at, place.id)
    order = "created_at, id" if newer else "created_at DESC, id DESC"
    records = await connection.fetch(
        f"SELECT {COLUMNS} FROM predictions {conditions.where()} ORDER BY {order} "  # noqa: S608  no value is in the text
        f"LIMIT ${len(conditions.values) + 1}",
        *conditions.values,
        query.limit + 1,
    )
    more = len(records) > query.limit
    predictions = [to_stored_prediction(record, caller) for record in records[: query.limit]]
    if newer:
        predictions.reverse()
    has_newer, has_older = (more, True) if newer else (query.cursor is not None, more)
    return PredictionPage(
        predictions=predictions,
        next_cursor=_encode_first(predictions[-1:]) if has_older else None,
        previous_cursor=_encode_first(predictions[:1]) if has_newer else None,
    )


async def count_predictions(connection: asyncpg.Connection, query: CountQuery, owner: UUID | None) -> PredictionCount:
    """Count the predictions that fit, and stop at one more than the limit."""
    conditions = build_conditions(query)
    conditions.add("owner = {}", owner)
    found = await connection.fetchval(
        f"SELECT count(*) FROM (SELECT FROM predictions {conditions.where()} "  # noqa: S608  no value is in the text
        f"LIMIT ${len(conditions.values) + 1}) AS fitting",
        *conditions.values,
        query.limit + 1,
    )
    return PredictionCount(predictions=min(found, query.limit), more=found > query.limit)


async def read_model_versions(connection: asyncpg.Connection) -> ModelVersions:
    """Read every model version of the history, ordered by name and version."""
    return ModelVersions(models=[ModelVersion(**record) for record in await connection.fetch(MODEL_VERSIONS)])


def _encode_first(predictions: Sequence[StoredPrediction]) -> str | None:
    """Encode the place of the first prediction as a cursor; None if there is none."""
    return next((encode_cursor(Place(one.created_at, one.id)) for one in predictions), None)
