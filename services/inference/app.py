"""Builds the inference app from its settings. Models and threads start in `lifespan`, so an import starts nothing.

uvicorn calls `create_app_of_process` in every serving process. Tests call `create_app` with their own settings.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

import cv2
import structlog
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from prometheus_client import CollectorRegistry

from services.inference.bounds import DEFAULT_BOUNDS, Bounds
from services.inference.catalog import Catalog
from services.inference.engines.choice import choose_engine, choose_page_engine
from services.inference.http.access import Access
from services.inference.http.admission import INFER, Admission
from services.inference.http.dependencies import Service
from services.inference.http.error_handlers import install_error_handlers
from services.inference.http.open_inference.routes import router as open_inference_router
from services.inference.http.refusals import Refusals
from services.inference.http.routes import router
from services.inference.lanes.load import Load
from services.inference.lanes.long_lane import LongLane
from services.inference.lanes.short_lane import ShortLane
from services.inference.lanes.short_predictor import ShortPredictor
from services.inference.lanes.worker import WorkerSettings, prepare_worker
from services.inference.metrics import Metrics
from services.inference.model_metrics import ModelMetrics
from services.inference.page_reader import ReaderUnavailableError
from services.inference.process import prepare_process
from services.inference.promoting import Promoting
from services.inference.settings import Settings
from services.inference.shadow import Shadow
from services.inference.upstream.openai_reader import OpenAiReader
from shared.contracts.problem import REQUEST_ID
from shared.recognition.model_version import ModelVersionError
from shared.web.logs import configure_logs
from shared.web.service import equip_service

logger = structlog.get_logger(__name__)

SHORT_PATHS = ("/v1/predict", "/v1/explain", "/v1/inside", INFER)  # all but the first may ask the long lane as well
LONG_PATHS = ("/v1/read", "/v1/predict/batch")
MAX_BATCH = 8  # drawings in one pass of the short lane; larger batches are hardly faster and others wait longer


def create_app_of_process() -> FastAPI:
    """Prepare this process and build its app from the environment. uvicorn calls this in every serving process."""
    settings = Settings()
    prepare_process()
    configure_logs(settings.log_level)
    return create_app(settings, warm_up=True)


def create_app(settings: Settings, bounds: Bounds = DEFAULT_BOUNDS, *, warm_up: bool = False) -> FastAPI:
    """Build an app that loads its default model when it starts. EngineError if the engine isn't available here.

    `warm_up` starts the worker of the long lane with the service, not with the first question.
    """
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    make_engine = choose_engine(settings.engine, settings.device)
    make_page_engine = choose_page_engine(settings.engine, settings.device)
    refusals, reader = Refusals(metrics), OpenAiReader(settings)
    short_load = _make_load("short_lane", settings.max_wait_s, bounds, metrics)
    long_load = _make_load("long_lane", bounds.max_long_wait_s, bounds, metrics)
    predictor = ShortPredictor(metrics)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        cv2.setNumThreads(1)  # the lanes share the cores already
        catalog = Catalog(
            settings.models_dir, settings.default_model, make_engine, make_page_engine, settings.memory_budget_mb
        )
        short_lane = ShortLane(predictor.answer, max_batch=MAX_BATCH, load=short_load)
        worker = WorkerSettings(settings.models_dir, settings.engine, settings.device)
        long_lane = LongLane(worker, long_load, metrics, partial(prepare_worker, settings.log_level))
        shadow = Shadow(catalog, short_load, long_lane, metrics)
        model_metrics = ModelMetrics(settings.models_dir, catalog, metrics)
        promoting = Promoting(settings.models_dir, settings.promotion_key, catalog)
        app.state.service = Service(
            catalog, short_lane, long_lane, shadow, refusals, reader, bounds, promoting, metrics
        )
        short_lane.start()
        tasks = [asyncio.create_task(work) for work in (catalog.watch(), shadow.run(), model_metrics.run())]
        try:
            model = await catalog.get()
            if warm_up:
                tasks.append(asyncio.create_task(_warm_up(catalog, long_lane, model.manifest.reference)))
        except ModelVersionError as error:  # the service runs but is not ready; every request tries to load it again
            logger.error("default_model_unavailable", reason=str(error))
        yield
        await _cancel(tasks)
        await short_lane.close()
        await long_lane.close()
        await reader.close()

    app = FastAPI(
        title="Slate inference",
        version="1",
        description="Reads handwritten digits. Errors are RFC 9457 problems with a stable `code`.",
        lifespan=lifespan,
        openapi_url=None,  # equip_service adds /openapi.json, and a page that needs no internet
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a redirect would name the host of the request
    )
    # `include_router` would add a layer to every request
    app.router.routes.extend([*router.routes, *open_inference_router.routes])
    install_error_handlers(app)
    app.add_middleware(
        Admission,
        access=Access(settings.api_keys, settings.rate_limit),
        loads=dict.fromkeys(SHORT_PATHS, short_load) | dict.fromkeys(LONG_PATHS, long_load),
        refusals=refusals,
    )
    equip_service(
        app,
        settings=settings,
        max_body_bytes=bounds.max_body_bytes,
        body_timeout_s=bounds.body_timeout_s,
        registry=registry,
    )
    _allow_origins(app, settings.cors_origins)
    return app


def _make_load(lane: str, max_wait_s: float, bounds: Bounds, metrics: Metrics) -> Load:
    return Load(lane, max_wait_s, bounds.free_units, on_change=metrics.waiting.labels(lane).inc)


async def _warm_up(catalog: Catalog, long_lane: LongLane, reference: str) -> None:
    """Load the networks of pages and of images before somebody asks for them."""
    try:
        reader = (await catalog.readers.get()).version
    except ReaderUnavailableError as error:  # the service runs, but answers no questions about pages
        logger.error("reader_unavailable", reason=str(error))
        reader = None
    await long_lane.warm_up(reference, reader)


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(ended, Exception):  # the lanes must still be closed
            logger.error("background_task_failed", exc_info=ended)


def _allow_origins(app: FastAPI, origins: tuple[str, ...]) -> None:
    """Let web pages of these origins call the API from a browser.

    Cookies are never allowed, so a page has the rights of the API key that it sends, and no others.
    """
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "X-API-Key", REQUEST_ID],
            expose_headers=["Retry-After", REQUEST_ID],
        )
