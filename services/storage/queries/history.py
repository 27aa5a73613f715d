"""Pages of the history, newest first. A page starts after the place where the one before ended (keyset), so that the
thousandth is as fast as the first and rows that arrive meanwhile shift nothing.
"""

import asyncpg

from services.storage.cursor import Place, encode_cursor
from services.storage.history_query import HistoryQuery
from services.storage.queries.predictions import COLUMNS, prediction_of
from shared.contracts.storage import PredictionPage


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


def conditions_of(query: HistoryQuery, place: Place | None) -> Conditions:
    """The filters as SQL, each in the form that its index is made for."""
    conditions = Conditions()
    if place is not None:
        conditions.add("(created_at, id) < ({}, {})", place.created_at, place.id)
    conditions.add("digit = {}", query.digit)
    conditions.add("label = {}", query.label)
    if query.labelled is not None:
        conditions.add("label IS NOT NULL" if query.labelled else "label IS NULL")
    if query.correct is not None:
        conditions.add("label = digit" if query.correct else "label <> digit")
    name, version = query.model_parts()
    conditions.add("model_name = {}", name)
    conditions.add("model_version = {}", version)
    conditions.add("source = {}", query.source)
    conditions.add("created_at >= {}", query.since)
    conditions.add("created_at < {}", query.until)
    return conditions


async def read_page(connection: asyncpg.Connection, query: HistoryQuery, place: Place | None) -> PredictionPage:
    """The page after `place`. One row more than asked tells whether there is another page."""
    conditions = conditions_of(query, place)
    select = f"SELECT {COLUMNS} FROM predictions {conditions.where()} "  # noqa: S608 (no value is in the text)
    order = f"ORDER BY created_at DESC, id DESC LIMIT ${len(conditions.values) + 1}"
    records = await connection.fetch(select + order, *conditions.values, query.limit + 1)
    predictions = [prediction_of(record) for record in records[: query.limit]]
    if len(records) <= query.limit:
        return PredictionPage(predictions=predictions, next_cursor=None)
    last = predictions[-1]
    return PredictionPage(predictions=predictions, next_cursor=encode_cursor(Place(last.created_at, last.id)))
