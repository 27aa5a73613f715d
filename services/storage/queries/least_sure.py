"""Reads pages of the history with the least sure predictions first: those of the newest WINDOW that fit the filters.

An index of confidences for every combination of filters would add half again to the size of the history, and could not
serve a period. So the query takes the newest places from the index of the filters and sorts what stands there. It reads
the same bounded number of rows however many there are.
"""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.storage.cursor import Sureness, decode_sureness, encode_sureness
from services.storage.history_query import HistoryQuery
from services.storage.queries.conditions import Conditions
from services.storage.queries.predictions import COLUMNS, to_stored_prediction
from shared.contracts.storage import PredictionPage, StoredPrediction


async def read_least_sure(
    connection: asyncpg.Connection, query: HistoryQuery, places: str, values: Sequence[object], caller: UUID | None
) -> PredictionPage:
    """Read one page after or before a place. `places` is the query of the newest places, with its parameters."""
    back = query.newer_than is not None
    written, parameters = write_least_sure_query(query, places, values)
    records = await connection.fetch(written, *parameters)
    more = len(records) > query.limit
    predictions = [to_stored_prediction(record, caller) for record in records[: query.limit]]
    if back:
        predictions.reverse()
    has_surer, has_less_sure = (True, more) if back else (more, query.cursor is not None)
    return PredictionPage(
        predictions=predictions,
        next_cursor=_encode_first(predictions[-1:]) if has_surer else None,
        previous_cursor=_encode_first(predictions[:1]) if has_less_sure else None,
    )


def write_least_sure_query(query: HistoryQuery, places: str, values: Sequence[object]) -> tuple[str, list[object]]:
    """Write the query of the page and of one more row, and its parameters.

    `LIMIT 1` keeps PostgreSQL from turning the look-ups into a scan of the table.
    """
    conditions = Conditions(list(values))
    for cursor, sign in ((query.cursor, ">"), (query.newer_than, "<")):
        if cursor is not None:
            place = decode_sureness(cursor)
            conditions.add(f"(found.confidence, found.id) {sign} ({{}}, {{}})", place.confidence, place.id)
    way = " DESC" if query.newer_than is not None else ""
    written = (
        f"SELECT found.* FROM ({places}) AS newest CROSS JOIN LATERAL "  # noqa: S608  values are parameters
        f"(SELECT {COLUMNS} FROM predictions WHERE predictions.id = newest.id LIMIT 1) AS found "
        f"WHERE {conditions} ORDER BY found.confidence{way}, found.id{way} LIMIT {query.limit + 1}"
    )
    return written, conditions.values


def _encode_first(predictions: Sequence[StoredPrediction]) -> str | None:
    """Encode the place of the first prediction as a cursor; None if there is none."""
    return next((encode_sureness(Sureness(one.confidence, one.id)) for one in predictions), None)
