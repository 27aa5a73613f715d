"""The history: its pages, newest first, and what it adds up to."""

from fastapi import APIRouter

from services.storage.dependencies import HistoryFilter, StorageDatabase, describe_token
from services.storage.queries.history import read_page
from services.storage.queries.statistics import read_statistics
from shared.contracts.storage import PredictionPage, Statistics
from shared.web.problems import problem_docs

router = APIRouter(
    prefix="/v1",
    tags=["history"],
    dependencies=[describe_token],
    responses=problem_docs("unauthorised", "invalid_request", "not_ready", "overloaded"),
)


@router.get("/predictions")
async def get_page(query: HistoryFilter, database: StorageDatabase) -> PredictionPage:
    """A page of the history. Pass `next_cursor` as `cursor`, with the same filters, for the page after it."""
    return await database.run(read_page, query, query.place())


@router.get("/statistics")
async def get_statistics(database: StorageDatabase) -> Statistics:
    """Counts, accuracy, confusion and calibration over the whole history, as of one moment."""
    return await database.run(read_statistics)
