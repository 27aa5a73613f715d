"""Routes of the history: its pages, its count, its model versions and its statistics."""

from fastapi import APIRouter

from services.storage.access.rules import Reader
from services.storage.access.visibility import whose_rows, whose_totals
from services.storage.dependencies import (
    CountFilter,
    HistoryFilter,
    StatisticsFilter,
    StorageDatabase,
    StorageSettings,
    describe_token,
)
from services.storage.lanes import PAGES, STATISTICS
from services.storage.queries.counting import count_predictions, read_totals
from services.storage.queries.history import read_model_versions, read_page
from services.storage.queries.statistics import read_statistics
from shared.contracts.storage import Accuracy, ModelVersions, PredictionCount, PredictionPage, Statistics
from shared.web.problem_docs import problem_docs

router = APIRouter(
    prefix="/v1",
    tags=["history"],
    dependencies=[describe_token],
    responses=problem_docs("unauthorised", "forbidden", "invalid_request", "not_ready", "overloaded"),
)


@router.get("/predictions")
async def get_page(
    caller: Reader, query: HistoryFilter, database: StorageDatabase, settings: StorageSettings
) -> PredictionPage:
    """Return one page of the history that the caller may see.

    To get the next page, send the same filters with `next_cursor` as `cursor`. To get the page before, send
    `previous_cursor` as `newer_than`. With both, the page holds only predictions between the two places.
    """
    owner = whose_rows(caller, settings.visitors_see, mine=query.mine)
    return await database.run(PAGES, read_page, query, owner, caller.owner)


@router.get("/prediction-count")
async def get_count(
    caller: Reader, query: CountFilter, database: StorageDatabase, settings: StorageSettings
) -> PredictionCount:
    """Count the predictions that fit the filters. The answer is at most `limit`."""
    owner = whose_totals(caller, settings.visitors_see, mine=query.mine)
    return await database.run(PAGES, count_predictions, query, owner)


@router.get("/totals")
async def get_totals(
    caller: Reader, query: StatisticsFilter, database: StorageDatabase, settings: StorageSettings
) -> Accuracy:
    """Count the predictions that fit the filters, and those of them that have a label and are right."""
    owner = whose_totals(caller, settings.visitors_see, mine=query.mine)
    return await database.run(PAGES, read_totals, query, owner)


@router.get("/model-versions")
async def get_model_versions(caller: Reader, database: StorageDatabase, settings: StorageSettings) -> ModelVersions:
    """Return every model version that has a prediction in the history."""
    return await database.run(PAGES, read_model_versions, whose_totals(caller, settings.visitors_see))


@router.get("/statistics")
async def get_statistics(
    caller: Reader, query: StatisticsFilter, database: StorageDatabase, settings: StorageSettings
) -> Statistics:
    """Return counts, accuracy, confusion, rejections and calibration of the predictions that fit, as of one moment."""
    owner = whose_totals(caller, settings.visitors_see, mine=query.mine)
    return await database.run(STATISTICS, read_statistics, query, owner)
