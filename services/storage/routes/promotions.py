"""The route that lets a curator change which model version answers. Storage notes it and signs a ticket for inference.

Storage knows no models: inference verifies the ticket, checks the version, and moves the pointer.
"""

import time
from datetime import UTC, datetime
from uuid import uuid4

import structlog
from fastapi import APIRouter, status
from pydantic import SecretStr

from services.storage.access.caller import Caller
from services.storage.access.rules import Curator
from services.storage.body_structure import BoundedRoute
from services.storage.dependencies import StorageDatabase, StorageSettings, describe_token
from services.storage.lanes import ROWS
from services.storage.queries.audit import write_audit
from shared.contracts.promotion import PromotionAnswer, PromotionRequest, TicketClaims
from shared.promotion_ticket import HOW_TO_CONFIGURE, LIFE_S, sign_ticket
from shared.web.problem_docs import problem_docs
from shared.web.problems import ProblemError

logger = structlog.get_logger(__name__)

router = APIRouter(
    prefix="/v1/promotions",
    tags=["promotion"],
    route_class=BoundedRoute,
    dependencies=[describe_token],
    responses=problem_docs("unauthorised", "forbidden", "invalid_request", "too_large", "not_ready", "overloaded"),
)


@router.post("", status_code=status.HTTP_201_CREATED, responses=problem_docs("not_configured"))
async def post_promotion(
    caller: Curator, request: PromotionRequest, database: StorageDatabase, settings: StorageSettings
) -> PromotionAnswer:
    """Note in the audit who changes which model version answers and why, and sign a ticket for inference.

    Send the ticket to `PUT /v1/models/{name}/current` of inference, or to `PUT /v1/default-model`, within a minute.
    """
    if settings.promotion_key is None and not request.done:
        raise ProblemError("not_configured", HOW_TO_CONFIGURE)
    action = f"promotion_{'done' if request.done else 'allowed'}"
    await database.run(ROWS, write_audit, caller.name, action, _describe(request))
    logger.info(action, action=request.action, model_version=f"{request.name}/{request.version}")
    if settings.promotion_key is None or request.done:
        return PromotionAnswer(ticket=None, expires_at=None)
    return _sign(request, caller, settings.promotion_key)


def _describe(request: PromotionRequest) -> dict[str, str]:
    details = {
        "action": request.action,
        "model": f"{request.name}/{request.version}",
        "why": request.why,
        "objections": "; ".join(request.objections_seen),
    }
    return details | ({"who": request.who} if request.who else {})


def _sign(request: PromotionRequest, caller: Caller, key: SecretStr) -> PromotionAnswer:
    expires_at = int(time.time()) + LIFE_S
    claims = TicketClaims(
        id=uuid4(),
        who=caller.name,
        expires_at=expires_at,
        **request.model_dump(include={"action", "name", "version", "why", "objections_seen"}),
    )
    ticket = sign_ticket(claims, key.get_secret_value())
    return PromotionAnswer(ticket=ticket, expires_at=datetime.fromtimestamp(expires_at, UTC))
