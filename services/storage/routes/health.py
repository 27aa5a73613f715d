"""Whether the process is alive, and whether it can answer. Open to all, and never blocking."""

from fastapi import APIRouter

from services.storage.database import RETRY_AFTER
from services.storage.dependencies import SchemaHead, StorageDatabase
from services.storage.queries.schema import read_schema_revision
from shared.web.problems import ProblemError, problem_docs

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def report_alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get("/readyz", responses=problem_docs("not_ready", "overloaded"))
async def report_ready(database: StorageDatabase, schema_head: SchemaHead) -> dict[str, str]:
    """PostgreSQL answers, and its schema is the one this version was written for."""
    revision = await database.run(read_schema_revision)
    if revision != schema_head:
        sentence = f"The schema is at revision {revision} and not at {schema_head}; run the migrations."
        raise ProblemError("not_ready", sentence, RETRY_AFTER)
    return {"status": "ready", "schema": schema_head}
