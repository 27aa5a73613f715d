"""Builds the ASGI app from the settings.

The database pool is opened in `lifespan`, because it belongs to the event loop that serves the requests.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.storage.access.authenticator import Authenticator
from services.storage.access.openid import IdTokenVerifier
from services.storage.access.sign_in import SignInDesk
from services.storage.background import run_in_background
from services.storage.bearer_guard import BearerGuard
from services.storage.cancelled_reads import CancelledReads
from services.storage.count_folding import keep_folding
from services.storage.database import Database, open_database
from services.storage.drawing_mover import keep_moving_drawings
from services.storage.metrics import Metrics
from services.storage.retention import keep_retention
from services.storage.routes import (
    access,
    audit,
    exchange,
    health,
    history,
    labels,
    mine,
    predictions,
    promotions,
    shadow,
    suggestions,
    suspected,
)
from services.storage.schema import read_schema
from services.storage.settings import Settings
from shared.web.service import equip_service

MAX_BODY_BYTES = 16 * 1024 * 1024  # enough for a drawing of almost 12 MiB as base64


def create_app(settings: Settings) -> FastAPI:
    """Build the storage service. It starts even without PostgreSQL, and is ready when that runs and is migrated."""

    registry = CollectorRegistry()
    metrics = Metrics(registry)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.schema = await asyncio.to_thread(read_schema)
        async with open_database(settings.database_url.get_secret_value(), registry) as database:
            app.state.database = database
            app.state.settings = settings
            app.state.metrics = metrics
            app.state.authenticator = _make_authenticator(database, settings)
            app.state.sign_ins = SignInDesk(database, app.state.authenticator, _make_verifier(settings))
            async with run_in_background(
                partial(keep_folding, database),
                partial(keep_moving_drawings, database),
                partial(keep_retention, database, settings),
            ):
                yield

    app = FastAPI(
        title="Slate storage",
        version="1",
        summary="Predictions, their drawings and their labels",
        lifespan=lifespan,
        openapi_url=None,  # equip_service adds /openapi.json, and a page that needs no internet
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a redirect would name the host of the request
    )
    app.add_middleware(CancelledReads)
    app.add_middleware(BearerGuard)
    equip_service(app, settings=settings, max_body_bytes=MAX_BODY_BYTES, registry=registry)
    app.include_router(predictions.storing)  # the first, because routes are tried in order and this one is busiest
    for routes in (
        health,
        access,
        predictions,
        history,
        labels,
        suggestions,
        suspected,
        mine,
        audit,
        exchange,
        shadow,
        promotions,
    ):
        app.include_router(routes.router)
    return app


def _make_authenticator(database: Database, settings: Settings) -> Authenticator:
    page_token = settings.page_token.get_secret_value() if settings.page_token else None
    return Authenticator(database, token=settings.token.get_secret_value(), page_token=page_token)


def _make_verifier(settings: Settings) -> IdTokenVerifier | None:
    if settings.oidc_metadata_url is None or settings.oidc_client_id is None:
        return None
    return IdTokenVerifier(settings.oidc_metadata_url, settings.oidc_client_id, frozenset(settings.curators))
