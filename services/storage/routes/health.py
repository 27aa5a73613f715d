"""Tells whether the process is alive and whether it can answer requests. Needs no token."""

from fastapi import APIRouter

from services.storage.database import RETRY_AFTER
from services.storage.dependencies import SchemaHead, StorageDatabase
from services.storage.queries.schema import read_schema_revision
from shared.web.problems import ProblemError, problem_docs

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def report_alive() -> dict[str, str]:
    """Answer 200 while the process runs."""
    return {"status": "alive"}


@router.get("/readyz", responses=problem_docs("not_ready", "overloaded"))
async def report_ready(database: StorageDatabase, schema_head: SchemaHead) -> dict[str, str]:
    """Answer 200 if PostgreSQL answers and its schema is the one that this version needs."""
    revision = await database.run(read_schema_revision)
    if revision != schema_head:
        detail = f"The database has schema {revision}, but this version needs {schema_head}. Run the migrations."
        raise ProblemError("not_ready", detail, RETRY_AFTER)
    return {"status": "ready", "schema": schema_head}
