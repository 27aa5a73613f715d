"""The history: its pages, newest first, and what it adds up to."""

from fastapi import APIRouter

from services.storage.dependencies import CountFilter, HistoryFilter, StatisticsFilter, StorageDatabase, describe_token
from services.storage.queries.history import count_predictions, read_model_versions, read_page
from services.storage.queries.statistics import read_statistics
from shared.contracts.storage import ModelVersions, PredictionCount, PredictionPage, Statistics
from shared.web.problems import problem_docs

router = APIRouter(
    prefix="/v1",
    tags=["history"],
    dependencies=[describe_token],
    responses=problem_docs("unauthorised", "invalid_request", "not_ready", "overloaded"),
)


@router.get("/predictions")
async def get_page(query: HistoryFilter, database: StorageDatabase) -> PredictionPage:
    """A page of the history. Pass `next_cursor` as `cursor`, with the same filters, for the page after it.

    `previous_cursor` as `newer_than` gives the page before it.
    """
    return await database.run(read_page, query, query.place())


@router.get("/prediction-count")
async def get_count(query: CountFilter, database: StorageDatabase) -> PredictionCount:
    """How many predictions fit the filters, counted up to `limit`."""
    return await database.run(count_predictions, query)


@router.get("/model-versions")
async def get_model_versions(database: StorageDatabase) -> ModelVersions:
    """Every model version that has read something that is still kept."""
    return await database.run(read_model_versions)


@router.get("/statistics")
async def get_statistics(query: StatisticsFilter, database: StorageDatabase) -> Statistics:
    """Counts, accuracy, confusion and calibration over the whole history or one model's, as of one moment."""
    return await database.run(read_statistics, query)
