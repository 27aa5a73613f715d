"""The routes that change which model version answers, with a ticket of a curator, and the journal of a model."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from services.inference.http.dependencies import AdmittedDep
from services.inference.http.json_values import parse_json
from services.inference.http.validation import validate
from shared.contracts.problem import ProblemCode
from shared.contracts.promotion import InUse, ModelJournal, TicketToUse
from shared.web.inline_schema import inline_schema
from shared.web.json_body import receive_json
from shared.web.problem_docs import problem_docs

router = APIRouter()

CODES: tuple[ProblemCode, ...] = ("unauthorised", "forbidden", "rate_limited", "internal_error")
TICKET_PROBLEMS = problem_docs(
    *CODES, "unknown_model", "invalid_request", "too_large", "timeout", "conflict", "not_configured"
)
TICKET_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": inline_schema(TicketToUse)}}}
}
MOST = {b"{": 10, b"[": 10, b",": 10}  # it has one value


async def read_ticket(request: Request) -> str:
    """The ticket in the body. RequestValidationError."""
    return validate(TicketToUse, parse_json(await receive_json(request, MOST))).ticket


@router.get("/v1/models/{name}/journal", responses=problem_docs("unknown_model", "invalid_request", *CODES))
async def get_journal(
    name: str, admitted: AdmittedDep, limit: Annotated[int, Query(ge=1, le=200)] = 20
) -> ModelJournal:
    """Tell what happened to a model, newest first: new versions and why they were held back, promotions, roll-backs."""
    return await admitted.service.promoting.describe(name, limit)


@router.put("/v1/models/{name}/current", responses=TICKET_PROBLEMS, openapi_extra=TICKET_BODY)
async def put_current(name: str, request: Request, admitted: AdmittedDep) -> InUse:
    """Put the version of a ticket in use. `POST /v1/promotions` of storage gives curators a ticket.

    The version is loaded first, so no request waits for it or is lost. The other copies of the service on the same
    models folder use it within two seconds.
    """
    return await admitted.service.promoting.use(await read_ticket(request), "current", name)


@router.put("/v1/default-model", responses=TICKET_PROBLEMS, openapi_extra=TICKET_BODY)
async def put_default_model(request: Request, admitted: AdmittedDep) -> InUse:
    """Let the model of a ticket answer requests that name none. It is refused if INFERENCE_DEFAULT_MODEL is set."""
    return await admitted.service.promoting.use(await read_ticket(request), "default")
