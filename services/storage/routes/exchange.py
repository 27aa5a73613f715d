"""Routes for curators that export predictions in pages of JSON lines, and import them again, also into another Slate.

`python -m shared.exchange` calls them and writes files. Both may be repeated and continued at any point.
"""

import asyncio
import hashlib
from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from services.storage.access.rules import Curator
from services.storage.dependencies import StorageDatabase, describe_token
from services.storage.history_query import ExportQuery
from services.storage.labelled_stream import NDJSON
from services.storage.lanes import EXCHANGE
from services.storage.queries.export import read_export
from services.storage.queries.imports import ImportedRow, import_predictions
from shared.contracts.exchange import MAX_IMPORTED, ExportedPrediction, ImportRequest, ImportResult
from shared.web.inline_schema import inline_schema
from shared.web.json_body import receive_json
from shared.web.media_type import detect_media_type
from shared.web.problem_docs import problem_docs
from shared.web.validation import make_body_error

logger = structlog.get_logger(__name__)

router = APIRouter(
    prefix="/v1",
    tags=["exchange"],
    dependencies=[describe_token],
    responses=problem_docs("unauthorised", "forbidden", "invalid_request", "not_ready", "overloaded"),
)

NEXT_CURSOR = "X-Next-Cursor"
# A prediction has 2 objects, 1 list and 23 commas at most; names of models may contain more of them.
MOST = {b"{": 3 * MAX_IMPORTED, b"[": 2 * MAX_IMPORTED, b",": 30 * MAX_IMPORTED}


@router.get(
    "/export",
    response_class=Response,
    responses={
        200: {
            "content": {NDJSON: {"schema": inline_schema(ExportedPrediction)}},
            "headers": {NEXT_CURSOR: {"description": "absent on the last page", "schema": {"type": "string"}}},
        }
    },
)
async def get_export(caller: Curator, query: Annotated[ExportQuery, Query()], database: StorageDatabase) -> Response:
    """Return one page of predictions, one JSON line each, oldest first.

    To get the next page, send the same filters with the header `X-Next-Cursor` as `cursor`. A page may be shorter than
    `limit`; the last page has no such header.
    """
    page = await database.run(EXCHANGE, read_export, query, caller.name)
    content = "".join(f"{line}\n" for line in page.lines)
    headers = {} if page.next_cursor is None else {NEXT_CURSOR: page.next_cursor}
    return Response(content, media_type=NDJSON, headers=headers)


@router.post(
    "/import",
    responses=problem_docs("unreadable_image", "too_large"),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": inline_schema(ImportRequest)}},
        }
    },
)
async def post_import(caller: Curator, request: Request, database: StorageDatabase) -> ImportResult:
    """Store predictions that were exported. One whose id exists already is left as it is, so a request may be repeated.

    Their labels count, and the history of labels says that they are from an import.
    """
    body = await receive_json(request, MOST)
    rows = await asyncio.to_thread(_parse, body)
    stored = await database.run(EXCHANGE, import_predictions, rows, caller.owner, caller.name)
    logger.info("predictions_imported", stored=stored, existing=len(rows) - stored)
    return ImportResult(stored=stored, existing=len(rows) - stored)


def _parse(body: bytes) -> list[ImportedRow]:
    """Read a body → its rows. RequestValidationError; ProblemError 422 if a drawing is no picture."""
    try:
        predictions = ImportRequest.model_validate_json(body).predictions
    except ValidationError as error:
        raise make_body_error(error) from error
    return [
        ImportedRow(one, detect_media_type(one.drawing), hashlib.sha256(one.drawing).digest()) for one in predictions
    ]
