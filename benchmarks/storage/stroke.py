"""What one stroke on the Draw page costs in the database: a prediction replaces the one before, then the page reads."""

import time
from statistics import median
from uuid import UUID, uuid4

import asyncpg

from benchmarks.storage.bodies import make_prediction
from services.storage.access.caller import INSTALLATION
from services.storage.history_query import HistoryQuery
from services.storage.queries.counting import read_totals
from services.storage.queries.counts import fold_counts
from services.storage.queries.history import read_page
from services.storage.queries.predictions import delete_prediction, store_prediction
from shared.contracts.storage import HistoryFilters

STROKES = 300
RECENT = 16  # drawings in the strip of the page
FOLD_EVERY = 20  # strokes, as if twenty a second


async def time_strokes(connection: asyncpg.Connection) -> float:
    """Return the median of a stroke in milliseconds."""
    times, before = [], uuid4()
    for number in range(STROKES):
        began = time.perf_counter()
        before = await _draw(connection, number, before)
        times.append((time.perf_counter() - began) * 1000)
        if number % FOLD_EVERY == 0:
            await fold_counts(connection)
    await delete_prediction(connection, before, unlabelled_only=False, changeable=None, caller=INSTALLATION)
    return median(times)


async def _draw(connection: asyncpg.Connection, number: int, replaced: UUID) -> UUID:
    prediction_id = uuid4()
    await store_prediction(connection, prediction_id, make_prediction(number), "image/png", owner=None)
    await delete_prediction(connection, replaced, unlabelled_only=True, changeable=None, caller=INSTALLATION)
    await read_page(connection, HistoryQuery(limit=RECENT))
    await read_totals(connection, HistoryFilters())
    return prediction_id
