"""settings → the ASGI app. Everything with a life of its own is built in `lifespan`, on the loop that serves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.storage.bearer_guard import BearerGuard
from services.storage.database import open_database
from services.storage.migrate import read_schema_head
from services.storage.routes import health, history, labels, predictions
from services.storage.settings import Settings
from shared.web.service import equip_service


def create_app(settings: Settings) -> FastAPI:
    """The storage service. It starts without PostgreSQL too and is ready once that is there and migrated."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.schema_head = await asyncio.to_thread(read_schema_head)
        async with open_database(settings.database_url.get_secret_value(), settings.pool_size) as database:
            app.state.database = database
            yield

    app = FastAPI(
        title="Slate storage",
        version="1",
        summary="Predictions, their drawings and their labels",
        lifespan=lifespan,
        redoc_url=None,
    )
    app.add_middleware(BearerGuard, token=settings.token.get_secret_value())
    equip_service(app, max_body_bytes=settings.max_body_bytes, registry=CollectorRegistry())
    for routes in (health, predictions, history, labels):
        app.include_router(routes.router)
    return app
