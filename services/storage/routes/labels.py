"""Routes that set and remove the label of a prediction, and stream all labelled drawings for training.

A label says what the drawing is: a digit or "not a digit". `training/data/labelled_drawings.py` reads the stream.
"""

from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Query, status
from fastapi.responses import StreamingResponse

from services.storage.access.caller import Caller
from services.storage.access.rules import Curator, Labeller, Reader
from services.storage.access.visibility import whose_rows, whose_to_change
from services.storage.body_structure import BoundedRoute
from services.storage.dependencies import StorageDatabase, StorageMetrics, StorageSettings, describe_token
from services.storage.labelled_stream import NDJSON, open_labelled_drawings
from services.storage.lanes import ROWS
from services.storage.queries import labels as queries
from services.storage.queries.audit import write_audit
from services.storage.routes.predictions import make_not_found, make_not_yours
from shared.contracts.access import LabelHistory
from shared.contracts.storage import Label, LabelledDrawing, StoredPrediction
from shared.web.inline_schema import inline_schema
from shared.web.problem_docs import problem_docs

logger = structlog.get_logger(__name__)

MAX_NEWEST = 1_000_000  # reading past so many entries of an index takes under a second

router = APIRouter(
    prefix="/v1",
    tags=["labels"],
    route_class=BoundedRoute,
    dependencies=[describe_token],
    responses=problem_docs("unauthorised", "forbidden", "invalid_request", "not_ready", "overloaded"),
)


def _make_author(caller: Caller) -> queries.Author:
    return queries.Author(caller.owner, caller.name, changeable=whose_to_change(caller))


@router.put("/predictions/{prediction_id}/label", responses=problem_docs("not_found", "too_large"))
async def put_label(
    caller: Labeller,
    prediction_id: UUID,
    label: Label,
    database: StorageDatabase,
    settings: StorageSettings,
    metrics: StorageMetrics,
) -> StoredPrediction:
    """Say what the drawing is. Sending the same label again does not change its time.

    The newest label by the owner or a curator counts. A label by somebody else is kept in the history of labels, and
    the answer has the label that counts.

    With `instead_of` the caller takes a label back: `{"digit": 3, "instead_of": 5}` undoes the caller's change from 3
    to 5, if nobody has changed the label since, and `{"digit": 3, "instead_of": 3}` undoes that the caller confirmed 3.
    It is then as if the caller had never said so.
    """
    seen = whose_rows(caller, settings.visitors_see)
    author = _make_author(caller)
    if label.instead_of is not None:
        prediction = await database.run(
            ROWS, queries.take_label_back, prediction_id, label.digit, label.instead_of, author, seen
        )
        if prediction is None:
            raise make_not_found(prediction_id)
        logger.info("label_taken_back", prediction_id=str(prediction_id), label=label.instead_of)
        return prediction
    prediction = await database.run(ROWS, queries.label_prediction, prediction_id, label.digit, author, seen)
    if prediction is None:
        raise make_not_found(prediction_id)
    if prediction.label == label.digit:  # otherwise it is kept in the history only
        metrics.count_label(prediction)
    logger.info("prediction_labelled", prediction_id=str(prediction_id), label=label.digit, digit=prediction.digit)
    return prediction


@router.delete(
    "/predictions/{prediction_id}/label",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_docs("not_found"),
)
async def delete_label(
    caller: Labeller, prediction_id: UUID, database: StorageDatabase, settings: StorageSettings
) -> None:
    """Remove the label. It is no error if there is none."""
    seen = whose_rows(caller, settings.visitors_see)
    try:
        removed = await database.run(ROWS, queries.remove_label, prediction_id, _make_author(caller), seen)
    except queries.NotAllowedError as error:
        raise make_not_yours() from error
    if not removed:
        raise make_not_found(prediction_id)
    logger.info("label_removed", prediction_id=str(prediction_id))


@router.get("/predictions/{prediction_id}/label-history", responses=problem_docs("not_found"))
async def get_label_history(
    caller: Reader, prediction_id: UUID, database: StorageDatabase, settings: StorageSettings
) -> LabelHistory:
    """Return who said when what the drawing is, the newest 1,000 times, oldest first, without the ids of visitors."""
    seen = whose_rows(caller, settings.visitors_see)
    history = await database.run(ROWS, queries.read_label_history, prediction_id, seen, caller.owner)
    if history is None:
        raise make_not_found(prediction_id)
    return history


@router.get(
    "/labelled-drawings",
    response_class=StreamingResponse,
    responses={200: {"content": {NDJSON: {"schema": inline_schema(LabelledDrawing)}}}},
)
async def get_labelled_drawings(
    caller: Curator,
    database: StorageDatabase,
    newest: Annotated[int | None, Query(ge=1, le=MAX_NEWEST)] = None,
    in_turn: bool = False,
) -> StreamingResponse:
    """Stream one JSON line for each labelled drawing, oldest label first; with `newest`, only that many newest ones.

    With `in_turn` too, these are chosen from all owners in turn: the newest of each owner, then the second newest of
    each, and so on. So one owner with very many labels does not push out those of the others.

    The stream holds the drawings that have a label when it begins. A label that is changed or removed while the stream
    runs is left out if its turn has not come yet. The answer uses chunked encoding. A stream that breaks off ends
    without the final chunk; this also happens if the caller takes nothing for 60 seconds.
    """
    await database.run(ROWS, write_audit, caller.name, "export", {"what": "labelled-drawings"})
    return await open_labelled_drawings(database, newest, in_turn=in_turn)
