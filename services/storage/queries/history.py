"""Reads pages of the history, newest or least sure first, and the model versions in it.

A page starts after the place where the page before ended (keyset pagination). The thousandth page is therefore as fast
as the first, and new rows do not shift the pages.
"""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.storage.cursor import Place, decode_cursor, encode_cursor
from services.storage.history_query import HistoryQuery, split_model_reference
from services.storage.queries.count_levels import MODEL_VERSIONS
from services.storage.queries.history_indexes import TIME, choose_index, list_groups
from services.storage.queries.history_page import BEGINNING, END, Window, write_owner_query, write_page_query
from services.storage.queries.least_sure import read_least_sure
from services.storage.queries.predictions import COLUMNS, to_stored_prediction
from shared.contracts.message import ModelVersion
from shared.contracts.storage import LEAST_SURE_WINDOW, HistoryFilters, ModelVersions, PredictionPage, StoredPrediction

# $1 the owner
OWN_MODEL_VERSIONS = """
SELECT DISTINCT model_name AS name, model_version AS version FROM predictions WHERE owner = $1 ORDER BY 1, 2
"""


async def read_page(
    connection: asyncpg.Connection, query: HistoryQuery, owner: UUID | None = None, caller: UUID | None = None
) -> PredictionPage:
    """Read one page before or after a place, of everybody's predictions or of one owner's.

    `caller` is who asks, to whom `mine` refers. One more row tells whether another page follows.
    """
    if query.order == "least_sure":
        newest = await write_places_query(connection, query, Window(), LEAST_SURE_WINDOW, owner)
        return await read_least_sure(connection, query, *newest, caller)
    newer = query.newer_than is not None
    window = Window(
        after=BEGINNING if query.newer_than is None else decode_cursor(query.newer_than),
        before=END if query.cursor is None else decode_cursor(query.cursor),
        oldest=newer,
    )
    found, values = await write_places_query(connection, query, window, query.limit + 1, owner)
    order = "created_at, id" if newer else "created_at DESC, id DESC"
    records = await connection.fetch(
        f"SELECT {COLUMNS} FROM ({found}) AS found JOIN predictions USING (created_at, id) ORDER BY {order}",  # noqa: S608  values are parameters
        *values,
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


async def write_places_query(
    connection: asyncpg.Connection, filters: HistoryFilters, window: Window, limit: int, owner: UUID | None
) -> tuple[str, list[object]]:
    """Write the query of the first ids and times in the window that fit, and its parameters.

    It asks the database only for the model versions, if the filters name a model without its version.
    """
    window = window.clip(filters)
    if owner is not None:
        return write_owner_query(owner, filters, window, limit)
    index = choose_index(filters)
    groups = [] if index is TIME else list_groups(index, filters, await _find_models(connection, filters))
    return write_page_query(index, groups, window, limit)


async def read_model_versions(connection: asyncpg.Connection, owner: UUID | None = None) -> ModelVersions:
    """Read every model version of the history, or of one owner's predictions, ordered by name and version."""
    if owner is not None:
        records = await connection.fetch(OWN_MODEL_VERSIONS, owner)
    else:
        records = await connection.fetch(MODEL_VERSIONS)
    return ModelVersions(models=[ModelVersion(**record) for record in records])


async def _find_models(connection: asyncpg.Connection, filters: HistoryFilters) -> Sequence[ModelVersion]:
    name, version = split_model_reference(filters.model)
    if name is None:
        return []
    if version is not None:
        return [ModelVersion(name=name, version=version)]
    return [model for model in (await read_model_versions(connection)).models if model.name == name]


def _encode_first(predictions: Sequence[StoredPrediction]) -> str | None:
    """Encode the place of the first prediction as a cursor; None if there is none."""
    return next((encode_cursor(Place(one.created_at, one.id)) for one in predictions), None)
