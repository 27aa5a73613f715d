"""The route that deletes everything that the caller has stored."""

from functools import partial

import structlog
from fastapi import APIRouter

from services.storage.access.rules import Writer
from services.storage.body_structure import BoundedRoute
from services.storage.dependencies import StorageDatabase, describe_token
from services.storage.lanes import PAGES
from services.storage.queries.mine import delete_all, delete_batch, delete_given_labels
from shared.contracts.access import Deleted
from shared.web.problem_docs import problem_docs
from shared.web.problems import ProblemError

logger = structlog.get_logger(__name__)

router = APIRouter(
    prefix="/v1/mine",
    tags=["access"],
    route_class=BoundedRoute,
    dependencies=[describe_token],
    responses=problem_docs("unauthorised", "forbidden", "invalid_request", "not_ready", "overloaded"),
)


@router.delete("")
async def delete_mine(caller: Writer, database: StorageDatabase) -> Deleted:
    """Delete all predictions of the caller, with their drawings, labels and label history.

    What the caller said about the drawings of others goes too. The audit keeps the number. A request that fails or
    breaks off has deleted a part; send it again for the rest.
    """
    if caller.owner is None:
        raise ProblemError("forbidden", "This token owns no predictions. Delete them one by one, or use `retain`.")
    total = await delete_all(partial(database.run, PAGES, delete_batch, caller.owner, caller.name))
    await database.run(PAGES, delete_given_labels, caller.owner)
    logger.info("everything_of_mine_deleted", predictions=total)
    return Deleted(predictions=total)
