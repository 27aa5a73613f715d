"""Builds the inference app from its settings. Models and threads start in `lifespan`, so an import starts nothing.

uvicorn calls `create_app_of_process` in every serving process. Tests call `create_app` with their own settings.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import cv2
import structlog
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from prometheus_client import CollectorRegistry

from services.inference.bounds import DEFAULT_BOUNDS, Bounds
from services.inference.catalog import Catalog
from services.inference.engines.choice import choose_engine
from services.inference.http.access import Access
from services.inference.http.admission import Admission, Capacity
from services.inference.http.dependencies import Batcher, Service
from services.inference.http.error_handlers import install_error_handlers
from services.inference.http.routes import router
from services.inference.metrics import Metrics
from services.inference.prediction import Predictor
from services.inference.process import prepare_process
from services.inference.settings import Settings
from services.inference.upstream.openai_reader import OpenAiReader
from shared.recognition.model_version import ModelVersionError
from shared.web.logs import configure_logs
from shared.web.service import equip_service

logger = structlog.get_logger(__name__)

MAX_BATCH = 32  # images in one pass of a worker thread; larger batches are hardly faster and others wait longer
DRAWING_THREADS = 1  # they decode drawings and run the network; a second one would slow down the event loop
IMAGE_THREADS = 2  # for images sent as bytes: one thread encodes answers while the other runs the network


def create_app_of_process() -> FastAPI:
    """Prepare this process and build its app from the environment. uvicorn calls this in every serving process."""
    settings = Settings()
    prepare_process()
    configure_logs(settings.log_level)
    return create_app(settings)


def create_app(settings: Settings, bounds: Bounds = DEFAULT_BOUNDS) -> FastAPI:
    """Build an app that loads its default model when it starts. EngineError if the engine isn't available here."""
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    make_engine = choose_engine(settings.engine, settings.device)
    access, reader = Access(settings.api_keys, settings.rate_limit), OpenAiReader(settings)
    predictor = Predictor(metrics)
    batcher, image_batcher = (
        Batcher(predictor.answer, threads=threads, max_batch=MAX_BATCH, on_waiting=metrics.waiting.inc)
        for threads in (DRAWING_THREADS, IMAGE_THREADS)
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        cv2.setNumThreads(1)  # the worker threads share the cores already
        catalog = Catalog(settings.models_dir, settings.default_model, make_engine, settings.memory_budget_mb)
        app.state.service = Service(bounds, access, catalog, batcher, image_batcher, reader)
        batcher.start()
        image_batcher.start()
        try:
            await catalog.get()
        except ModelVersionError as error:  # the service runs but is not ready; every request tries to load it again
            logger.error("default_model_unavailable", reason=str(error))
        watching = asyncio.create_task(catalog.watch())
        yield
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await batcher.close()
        await image_batcher.close()
        await reader.close()

    app = FastAPI(
        title="Slate inference",
        version="1",
        description="Reads handwritten digits. Errors are RFC 9457 problems with a stable `code`.",
        lifespan=lifespan,
        docs_url=None,  # equip_service adds a page that needs no internet
        redoc_url=None,
        redirect_slashes=False,  # a redirect would name the host of the request
    )
    app.include_router(router)
    install_error_handlers(app)
    capacity = Capacity([batcher, image_batcher], settings.max_wait_s, bounds, metrics)
    app.add_middleware(Admission, capacity=capacity)
    equip_service(
        app,
        settings=settings,
        max_body_bytes=bounds.max_body_bytes,
        body_timeout_s=bounds.body_timeout_s,
        registry=registry,
    )
    _allow_origins(app, settings.cors_origins)
    return app


def _allow_origins(app: FastAPI, origins: tuple[str, ...]) -> None:
    """Let web pages of these origins call the API from a browser."""
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "X-Request-ID"],
            expose_headers=["Retry-After", "X-Request-ID"],
        )
