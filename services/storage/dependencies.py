"""The FastAPI dependencies of the routes, as `Annotated` aliases.

All functions are `async`, because FastAPI would run a plain function in a thread.
"""

from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.security import HTTPBearer

from services.storage.database import Database
from services.storage.history_query import CountQuery, HistoryQuery, StatisticsQuery
from services.storage.schema import Schema


async def get_database(request: Request) -> Database:
    """Return the database that the app's lifespan opened."""
    database: Database = request.app.state.database
    return database


async def get_schema(request: Request) -> Schema:
    """Return the revisions that this code knows."""
    schema: Schema = request.app.state.schema
    return schema


StorageDatabase = Annotated[Database, Depends(get_database)]
CodeSchema = Annotated[Schema, Depends(get_schema)]
HistoryFilter = Annotated[HistoryQuery, Query()]
CountFilter = Annotated[CountQuery, Query()]
StatisticsFilter = Annotated[StatisticsQuery, Query()]

describe_token = Depends(HTTPBearer(auto_error=False))  # for the API description only; BearerGuard checks the token
