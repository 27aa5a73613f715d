"""The route that reads the audit."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.storage.access.rules import Curator
from services.storage.dependencies import StorageDatabase, describe_token
from services.storage.lanes import PAGES
from services.storage.queries.audit import read_audit
from shared.contracts.access import AuditPage
from shared.web.problem_docs import problem_docs

router = APIRouter(
    prefix="/v1/audit",
    tags=["access"],
    dependencies=[describe_token],
    responses=problem_docs("unauthorised", "forbidden", "invalid_request", "not_ready", "overloaded"),
)

MAX_ID = 2**63 - 1


@router.get("")
async def get_audit(
    _curator: Curator,
    database: StorageDatabase,
    before: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AuditPage:
    """Return entries of the audit, newest first: deletions, exports, sign-ins, changes of tokens.

    To get the next page, send `next_before` as `before`.
    """
    return await database.run(PAGES, read_audit, before, limit)
