"""Tells whether the process is alive and whether it can answer requests. Needs no token."""

from fastapi import APIRouter

from services.storage.database import Database
from services.storage.database_errors import RETRY_AFTER, WriteRefusedError
from services.storage.dependencies import CodeSchema, StorageDatabase
from services.storage.lanes import READINESS
from services.storage.queries.schema import read_state, try_to_write
from shared.web.problem_docs import problem_docs
from shared.web.problems import ProblemError

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def report_alive() -> dict[str, str]:
    """Answer 200 while the process runs."""
    return {"status": "alive"}


@router.get("/readyz", responses=problem_docs("not_ready", "overloaded"))
async def report_ready(database: StorageDatabase, schema: CodeSchema) -> dict[str, str]:
    """Answer 200 if PostgreSQL answers, has a schema that works with this version, and accepts changes."""
    state = await database.run(READINESS, read_state)
    if (obstacle := schema.find_obstacle(state.revision, state.remark)) is not None:
        raise ProblemError("not_ready", obstacle, RETRY_AFTER)
    if state.read_only:
        raise WriteRefusedError
    if database.write_refused:
        await _try_to_write(database)
    return {"status": "ready", "schema": state.revision or schema.head}


async def _try_to_write(database: Database) -> None:
    """Find out whether changes are accepted again. Callers may send none while readiness is 503."""
    await database.run(READINESS, try_to_write)
    database.write_refused = False
