"""Routes that set and remove the label of a prediction, and stream all labelled drawings for training.

A label is the true digit, given by a person. `training/data/labelled_drawings.py` reads the stream.
"""

from uuid import UUID

import structlog
from fastapi import APIRouter, status
from fastapi.responses import StreamingResponse

from services.storage.body_structure import BoundedRoute
from services.storage.dependencies import StorageDatabase, describe_token
from services.storage.labelled_stream import NDJSON, open_labelled_drawings
from services.storage.lanes import ROWS
from services.storage.queries import predictions as queries
from services.storage.routes.predictions import make_not_found
from shared.contracts.storage import Label, LabelledDrawing, StoredPrediction
from shared.web.problem_docs import problem_docs

logger = structlog.get_logger(__name__)

router = APIRouter(
    prefix="/v1",
    tags=["labels"],
    route_class=BoundedRoute,
    dependencies=[describe_token],
    responses=problem_docs("unauthorised", "invalid_request", "not_ready", "overloaded"),
)


@router.put("/predictions/{prediction_id}/label", responses=problem_docs("not_found", "too_large"))
async def put_label(prediction_id: UUID, label: Label, database: StorageDatabase) -> StoredPrediction:
    """Set the true digit of a prediction. Sending the same label again does not change its time."""
    prediction = await database.run(ROWS, queries.label_prediction, prediction_id, label.digit)
    if prediction is None:
        raise make_not_found(prediction_id)
    logger.info("prediction_labelled", prediction_id=str(prediction_id), label=label.digit, digit=prediction.digit)
    return prediction


@router.delete(
    "/predictions/{prediction_id}/label",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_docs("not_found"),
)
async def delete_label(prediction_id: UUID, database: StorageDatabase) -> None:
    """Remove the label. It is no error if there is none."""
    if not await database.run(ROWS, queries.remove_label, prediction_id):
        raise make_not_found(prediction_id)
    logger.info("label_removed", prediction_id=str(prediction_id))


@router.get(
    "/labelled-drawings",
    response_class=StreamingResponse,
    responses={200: {"content": {NDJSON: {"schema": LabelledDrawing.model_json_schema()}}}},
)
async def get_labelled_drawings(database: StorageDatabase) -> StreamingResponse:
    """Stream one JSON line for each labelled drawing, oldest label first.

    The stream holds the drawings that have a label when it begins. A label that is changed or removed while the stream
    runs is left out if its turn has not come yet. The answer uses chunked encoding. A stream that breaks off ends
    without the final chunk; this also happens if the caller takes nothing for 60 seconds.
    """
    return await open_labelled_drawings(database)
