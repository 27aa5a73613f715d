"""Pages of the history, newest first. A page starts after the place where the one before ended (keyset), so that the
thousandth is as fast as the first and rows that arrive meanwhile shift nothing.
"""

from collections.abc import Sequence

import asyncpg

from services.storage.cursor import Place, encode_cursor
from services.storage.history_query import CountQuery, HistoryQuery, model_parts
from services.storage.queries.predictions import COLUMNS, prediction_of
from shared.contracts.message import ModelVersion
from shared.contracts.storage import HistoryFilters, ModelVersions, PredictionCount, PredictionPage, StoredPrediction

# From one to the next in the index of models, so that it takes as many steps as there are versions.
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
    """SQL conditions joined by AND, and the values they are about. Values never become part of the text."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.values: list[object] = []

    def add(self, text: str, *values: object) -> None:
        """`text` holds one `{}` a value; a condition with a value that is None is left out."""
        if None in values:
            return
        first = len(self.values) + 1
        self.texts.append(text.format(*(f"${first + offset}" for offset in range(len(values)))))
        self.values.extend(values)

    def where(self) -> str:
        """The WHERE clause, empty where nothing is asked."""
        return f"WHERE {' AND '.join(self.texts)}" if self.texts else ""


def conditions_of(filters: HistoryFilters) -> Conditions:
    """The filters as SQL, each in the form that its index is made for."""
    conditions = Conditions()
    conditions.add("digit = {}", filters.digit)
    conditions.add("label = {}", filters.label)
    if filters.labelled is not None:
        conditions.add("label IS NOT NULL" if filters.labelled else "label IS NULL")
    if filters.correct is not None:
        conditions.add("label = digit" if filters.correct else "label <> digit")
    name, version = model_parts(filters.model)
    conditions.add("model_name = {}", name)
    conditions.add("model_version = {}", version)
    conditions.add("source = {}", filters.source)
    conditions.add("created_at >= {}", filters.since)
    conditions.add("created_at < {}", filters.until)
    return conditions


async def read_page(connection: asyncpg.Connection, query: HistoryQuery, place: Place | None) -> PredictionPage:
    """The page on that side of `place`. One row more than asked tells whether there is another page behind it."""
    newer = query.newer_than is not None
    conditions = conditions_of(query)
    if place is not None:
        side = "(created_at, id) > ({}, {})" if newer else "(created_at, id) < ({}, {})"
        conditions.add(side, place.created_at, place.id)
    order = "created_at, id" if newer else "created_at DESC, id DESC"
    records = await connection.fetch(
        f"SELECT {COLUMNS} FROM predictions {conditions.where()} ORDER BY {order} "  # noqa: S608 (no value in the text)
        f"LIMIT ${len(conditions.values) + 1}",
        *conditions.values,
        query.limit + 1,
    )
    more = len(records) > query.limit
    predictions = [prediction_of(record) for record in records[: query.limit]]
    if newer:
        predictions.reverse()
    has_newer, has_older = (more, True) if newer else (place is not None, more)
    return PredictionPage(
        predictions=predictions,
        next_cursor=_cursor_of(predictions[-1:]) if has_older else None,
        previous_cursor=_cursor_of(predictions[:1]) if has_newer else None,
    )


async def count_predictions(connection: asyncpg.Connection, query: CountQuery) -> PredictionCount:
    """How many fit, without reading on once the limit is passed."""
    conditions = conditions_of(query)
    found = await connection.fetchval(
        f"SELECT count(*) FROM (SELECT FROM predictions {conditions.where()} "  # noqa: S608 (no value in the text)
        f"LIMIT ${len(conditions.values) + 1}) AS fitting",
        *conditions.values,
        query.limit + 1,
    )
    return PredictionCount(predictions=min(found, query.limit), more=found > query.limit)


async def read_model_versions(connection: asyncpg.Connection) -> ModelVersions:
    """In the order of their names and versions."""
    return ModelVersions(models=[ModelVersion(**record) for record in await connection.fetch(MODEL_VERSIONS)])


def _cursor_of(predictions: Sequence[StoredPrediction]) -> str | None:
    """The place of the one prediction; None for none."""
    return next((encode_cursor(Place(one.created_at, one.id)) for one in predictions), None)
