"""Routes that set and remove the label of a prediction, and stream all labelled drawings for training.

A label is the true digit, given by a person. `training/data/labelled_drawings.py` reads the stream.
"""

from collections.abc import AsyncIterator
from uuid import UUID

import structlog
from fastapi import APIRouter, status
from fastapi.responses import StreamingResponse

from services.storage.dependencies import StorageDatabase, describe_token
from services.storage.queries import predictions as queries
from services.storage.queries.labelled_drawings import iterate_labelled_drawings
from services.storage.routes.predictions import make_not_found
from shared.contracts.storage import Label, LabelledDrawing, StoredPrediction
from shared.web.problems import problem_docs

logger = structlog.get_logger(__name__)

NDJSON = "application/x-ndjson"

router = APIRouter(
    prefix="/v1",
    tags=["labels"],
    dependencies=[describe_token],
    responses=problem_docs("unauthorised", "invalid_request", "not_ready", "overloaded"),
)


@router.put("/predictions/{prediction_id}/label", responses=problem_docs("not_found"))
async def put_label(prediction_id: UUID, label: Label, database: StorageDatabase) -> StoredPrediction:
    """Set the true digit of a prediction. Sending the same label again does not change its time."""
    prediction = await database.run(queries.label_prediction, prediction_id, label.digit)
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
    if not await database.run(queries.remove_label, prediction_id):
        raise make_not_found(prediction_id)
    logger.info("label_removed", prediction_id=str(prediction_id))


@router.get(
    "/labelled-drawings",
    response_class=StreamingResponse,
    responses={200: {"content": {NDJSON: {"schema": LabelledDrawing.model_json_schema()}}}},
)
async def get_labelled_drawings(database: StorageDatabase) -> StreamingResponse:
    """Stream one JSON line for each labelled drawing, oldest label first.

    The answer uses chunked encoding. A stream that breaks off ends without the final chunk.
    """
    drawings = await database.stream(iterate_labelled_drawings)
    return StreamingResponse(_write_lines(drawings), media_type=NDJSON)


async def _write_lines(drawings: AsyncIterator[LabelledDrawing]) -> AsyncIterator[str]:
    async for drawing in drawings:
        yield drawing.model_dump_json() + "\n"
