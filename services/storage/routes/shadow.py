"""Routes that store what a model version in shadow answered, and compare it with the versions that answered."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from services.storage.access.rules import Reader, Writer
from services.storage.access.visibility import whose_rows, whose_to_change, whose_totals
from services.storage.body_structure import BoundedRoute
from services.storage.dependencies import StorageDatabase, StorageSettings, describe_token
from services.storage.lanes import ROWS, STATISTICS
from services.storage.queries.predictions import read_prediction
from services.storage.queries.shadow import compare_shadow, store_shadow_answer
from services.storage.routes.predictions import make_not_found, make_not_yours
from shared.contracts.shadow import ShadowAnswerToStore, ShadowComparison, ShadowQuery
from shared.web.problem_docs import problem_docs

router = APIRouter(
    prefix="/v1",
    tags=["shadow"],
    route_class=BoundedRoute,
    dependencies=[describe_token],
    responses=problem_docs("unauthorised", "forbidden", "invalid_request", "not_ready", "overloaded"),
)


@router.put(
    "/predictions/{prediction_id}/shadow-answer",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_docs("not_found", "too_large"),
)
async def put_shadow_answer(
    caller: Writer,
    prediction_id: UUID,
    answer: ShadowAnswerToStore,
    database: StorageDatabase,
    settings: StorageSettings,
) -> None:
    """Store what a version in shadow would have answered for one of the caller's predictions.

    The first answer of a version stays, so a request may be repeated. It goes when the prediction is deleted.
    """
    if await database.run(ROWS, store_shadow_answer, prediction_id, answer, whose_to_change(caller)):
        return
    seen = whose_rows(caller, settings.visitors_see)
    if await database.run(ROWS, read_prediction, prediction_id, seen, caller.owner):
        raise make_not_yours()
    raise make_not_found(prediction_id)


@router.get("/shadow")
async def get_shadow(
    caller: Reader,
    query: Annotated[ShadowQuery, Query()],
    database: StorageDatabase,
    settings: StorageSettings,
) -> ShadowComparison:
    """Compare a version in shadow with the versions that answered, by its newest 10,000 answers."""
    counted, seen = whose_totals(caller, settings.visitors_see), whose_rows(caller, settings.visitors_see)
    return await database.run(STATISTICS, compare_shadow, query.model, counted, seen, caller.owner)
