"""The FastAPI dependencies of the routes, as `Annotated` aliases.

All functions are `async`, because FastAPI would run a plain function in a thread.
"""

from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.security import HTTPBearer

from services.storage.access.authenticator import Authenticator
from services.storage.access.sign_in import SignInDesk
from services.storage.database import Database
from services.storage.history_query import CountQuery, HistoryQuery, StatisticsQuery
from services.storage.metrics import Metrics
from services.storage.schema import Schema
from services.storage.settings import Settings


async def get_database(request: Request) -> Database:
    """Return the database that the app's lifespan opened."""
    database: Database = request.app.state.database
    return database


async def get_schema(request: Request) -> Schema:
    """Return the revisions that this code knows."""
    schema: Schema = request.app.state.schema
    return schema


async def get_metrics(request: Request) -> Metrics:
    """Return what counts predictions and labels."""
    metrics: Metrics = request.app.state.metrics
    return metrics


async def get_authenticator(request: Request) -> Authenticator:
    """Return what turns bearer tokens into callers."""
    authenticator: Authenticator = request.app.state.authenticator
    return authenticator


async def get_sign_ins(request: Request) -> SignInDesk:
    """Return what signs people in."""
    sign_ins: SignInDesk = request.app.state.sign_ins
    return sign_ins


async def get_settings(request: Request) -> Settings:
    """Return the settings of the service."""
    settings: Settings = request.app.state.settings
    return settings


StorageMetrics = Annotated[Metrics, Depends(get_metrics)]
StorageDatabase = Annotated[Database, Depends(get_database)]
CodeSchema = Annotated[Schema, Depends(get_schema)]
Access = Annotated[Authenticator, Depends(get_authenticator)]
SignIns = Annotated[SignInDesk, Depends(get_sign_ins)]
StorageSettings = Annotated[Settings, Depends(get_settings)]
HistoryFilter = Annotated[HistoryQuery, Query()]
CountFilter = Annotated[CountQuery, Query()]
StatisticsFilter = Annotated[StatisticsQuery, Query()]

describe_token = Depends(HTTPBearer(auto_error=False))  # for the API description only; BearerGuard checks the token
