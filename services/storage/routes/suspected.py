"""The route for curators that takes the labels which `training/refine` found likely wrong, to show them for review."""

import asyncio

import structlog
from fastapi import APIRouter, Request
from pydantic import ValidationError

from services.storage.access.rules import Curator
from services.storage.dependencies import StorageDatabase, describe_token
from services.storage.lanes import EXCHANGE
from services.storage.queries.suspected import replace_suspected_labels
from shared.contracts.suspected import MAX_SUSPECTED, SuspectedLabels, SuspectedLabelsStored
from shared.web.inline_schema import inline_schema
from shared.web.json_body import receive_json
from shared.web.problem_docs import problem_docs
from shared.web.validation import make_body_error

logger = structlog.get_logger(__name__)

router = APIRouter(
    prefix="/v1/suspected-labels",
    tags=["labels"],
    dependencies=[describe_token],
    responses=problem_docs("unauthorised", "forbidden", "invalid_request", "not_ready", "overloaded", "too_large"),
)

MOST = {b"{": 2 * MAX_SUSPECTED, b"[": 100, b",": 5 * MAX_SUSPECTED}  # a suspected label has 1 object and 4 commas


@router.put(
    "",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": inline_schema(SuspectedLabels)}},
        }
    },
)
async def put_suspected_labels(caller: Curator, request: Request, database: StorageDatabase) -> SuspectedLabelsStored:
    """Replace all suspected labels that nobody has reviewed.

    A label that was changed or removed meanwhile is skipped, and one that a curator has confirmed stays so. The label
    that a curator gives to a suspected drawing, the same or another, marks it as reviewed.
    """
    body = await receive_json(request, MOST)
    found = await asyncio.to_thread(_parse, body)
    stored = await database.run(EXCHANGE, replace_suspected_labels, found.suspected, str(found.model), caller.name)
    logger.info("labels_suspected", model=str(found.model), stored=stored.stored, skipped=stored.skipped)
    return stored


def _parse(body: bytes) -> SuspectedLabels:
    """Read a body; it may be large. RequestValidationError."""
    try:
        return SuspectedLabels.model_validate_json(body)
    except ValidationError as error:
        raise make_body_error(error) from error
