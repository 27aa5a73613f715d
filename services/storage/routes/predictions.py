"""Routes that store, read and delete one prediction, and return its drawing.

Every write is idempotent, so that a client may repeat it when an answer was lost. A prediction that the caller may not
see does not exist for the caller.
"""

from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Header, Response, status

from services.storage.access.rules import Reader, Writer
from services.storage.access.visibility import whose_rows, whose_to_change
from services.storage.body_structure import BoundedRoute
from services.storage.dependencies import StorageDatabase, StorageMetrics, StorageSettings, describe_token
from services.storage.lanes import ROWS
from services.storage.queries import predictions as queries
from services.storage.queries.drawings import read_drawing
from services.storage.storing_route import StoringRoute
from shared.contracts.storage import PredictionToStore, StoredPrediction
from shared.web.media_type import detect_media_type
from shared.web.problem_docs import problem_docs
from shared.web.problems import ProblemError

logger = structlog.get_logger(__name__)

DESCRIPTION: dict[str, Any] = {
    "prefix": "/v1/predictions/{prediction_id}",
    "tags": ["predictions"],
    "dependencies": [describe_token],
    "responses": problem_docs("unauthorised", "forbidden", "invalid_request", "not_ready", "overloaded"),
}
storing = APIRouter(route_class=StoringRoute, **DESCRIPTION)
router = APIRouter(route_class=BoundedRoute, **DESCRIPTION)


def make_not_found(prediction_id: UUID) -> ProblemError:
    """Build the problem for an id without a prediction."""
    return ProblemError("not_found", f"No prediction is stored under the id {prediction_id}.")


def make_not_yours() -> ProblemError:
    """Build the problem for a prediction that the caller sees and may not change."""
    return ProblemError("forbidden", "This prediction belongs to somebody else.")


@storing.put(
    "",
    responses={
        201: {"model": StoredPrediction, "description": "Stored. 200 means that it was already stored"},
        **problem_docs("conflict", "deleted", "unreadable_image", "invalid_request", "too_large"),
    },
)
async def put_prediction(
    caller: Writer,
    prediction_id: UUID,
    prediction: PredictionToStore,
    response: Response,
    database: StorageDatabase,
    metrics: StorageMetrics,
) -> StoredPrediction:
    """Store the prediction under its id; it belongs to the caller.

    Sending the same prediction again changes nothing, not even its label. An id that was deleted in the last 24 hours
    is refused, because the request may have been sent before the deletion. Use a new id to store the drawing again.
    """
    media_type = detect_media_type(prediction.drawing)
    try:
        stored = await database.run(ROWS, queries.store_prediction, prediction_id, prediction, media_type, caller.owner)
    except queries.DeletedBeforeError as error:
        logger.info("deleted_prediction_refused", prediction_id=str(prediction_id))
        raise ProblemError("deleted", f"The prediction {prediction_id} was deleted. Use a new id.") from error
    if not stored.same_content or not (stored.same_owner or caller.is_curator):
        raise ProblemError("conflict", f"Another prediction is already stored under the id {prediction_id}.")
    if stored.created:
        response.status_code = status.HTTP_201_CREATED
        metrics.count_stored(prediction)
        logger.info("prediction_stored", prediction_id=str(prediction_id), model_version=str(prediction.model))
    return stored.prediction


@router.get("", responses=problem_docs("not_found"))
async def get_prediction(
    caller: Reader, prediction_id: UUID, database: StorageDatabase, settings: StorageSettings
) -> StoredPrediction:
    """Return the prediction without its drawing."""
    seen = whose_rows(caller, settings.visitors_see)
    prediction = await database.run(ROWS, queries.read_prediction, prediction_id, seen, caller.owner)
    if prediction is None:
        raise make_not_found(prediction_id)
    return prediction


@router.get(
    "/drawing",
    response_class=Response,
    responses={
        200: {"content": {"image/png": {}, "image/jpeg": {}, "image/webp": {}}},
        304: {"description": "The caller already has this drawing"},
        **problem_docs("not_found"),
    },
)
async def get_drawing(
    caller: Reader,
    prediction_id: UUID,
    database: StorageDatabase,
    settings: StorageSettings,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Return the drawing, byte for byte as it was sent. It never changes, so a cache may keep it."""
    drawing = await database.run(ROWS, read_drawing, prediction_id, whose_rows(caller, settings.visitors_see))
    if drawing is None:
        raise make_not_found(prediction_id)
    etag = f'"{drawing.sha256}"'
    headers = {
        "ETag": etag,
        "Cache-Control": "private, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    if if_none_match is not None and etag in if_none_match:
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(drawing.content, media_type=drawing.media_type, headers=headers)


@router.delete("", status_code=status.HTTP_204_NO_CONTENT)
async def delete_prediction(
    caller: Writer,
    prediction_id: UUID,
    database: StorageDatabase,
    settings: StorageSettings,
    unlabelled_only: bool = False,
) -> None:
    """Delete the prediction with its drawing and label. It is no error if there is no such prediction.

    A request that stores it and arrives later is refused, for 24 hours. `unlabelled_only` keeps a prediction that has a
    label.
    """
    changeable = whose_to_change(caller)
    if await database.run(ROWS, queries.delete_prediction, prediction_id, unlabelled_only, changeable, caller):
        logger.info("prediction_deleted", prediction_id=str(prediction_id), unlabelled_only=unlabelled_only)
        return
    if whose_rows(caller, settings.visitors_see) is not None or changeable is None:
        return  # what the caller does not see does not exist
    seen = await database.run(ROWS, queries.read_prediction, prediction_id, None, caller.owner)
    if seen is not None and not seen.mine:
        raise make_not_yours()
