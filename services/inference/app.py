"""Builds the inference app: everything in `lifespan`, nothing at import."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI, Request, Response
from prometheus_client import CollectorRegistry

from services.inference.catalog import Catalog
from services.inference.metrics import Metrics
from services.inference.prediction import Predictor
from services.inference.recogniser import choose_device
from services.inference.routes import router
from services.inference.settings import Settings
from services.inference.workers import Workers
from shared.contracts.problem import ProblemCode
from shared.recognition.errors import BlankDrawingError, DrawingError, DrawingTooLargeError, UnreadableImageError
from shared.recognition.model_version import ModelVersionError
from shared.web.problems import problem_response
from shared.web.service import equip_service

logger = structlog.get_logger(__name__)

CODE_OF_ERROR: dict[type[DrawingError], ProblemCode] = {
    BlankDrawingError: "blank_drawing",
    UnreadableImageError: "unreadable_image",
    DrawingTooLargeError: "too_large",
}


def create_app(settings: Settings) -> FastAPI:
    """An app that loads its default model when it starts."""
    registry = CollectorRegistry()
    metrics = Metrics(registry)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        workers = Workers(settings.workers, settings.max_in_hand)
        metrics.in_hand.set_function(lambda: workers.in_hand)
        device = choose_device(settings.device)
        catalog = Catalog(settings.models_dir, settings.default_model, device, settings.max_loaded_models)
        app.state.settings = settings
        app.state.workers = workers
        app.state.catalog = catalog
        app.state.predictor = Predictor(catalog, metrics, settings.max_pixels)
        try:
            await workers.run(catalog.get)
        except ModelVersionError as error:  # alive but not ready: it is tried again with every request
            logger.error("default_model_unavailable", reason=str(error))
        yield
        await workers.close()

    app = FastAPI(
        title="Slate inference",
        version="1",
        description="Reads handwritten digits. Errors are RFC 9457 problems with a stable `code`.",
        lifespan=lifespan,
    )
    app.include_router(router)
    app.add_exception_handler(DrawingError, _on_drawing_error)
    app.add_exception_handler(ModelVersionError, _on_model_error)
    equip_service(app, max_body_bytes=settings.max_body_bytes, registry=registry)
    return app


async def _on_drawing_error(request: Request, error: Exception) -> Response:
    code = next(code for kind, code in CODE_OF_ERROR.items() if isinstance(error, kind))
    return problem_response(code, str(error), instance=request.url.path)


async def _on_model_error(request: Request, error: Exception) -> Response:
    """The caller's mistake where the caller named the model, ours where it is the default."""
    code: ProblemCode = "unknown_model" if request.query_params.get("model") else "not_ready"
    return problem_response(code, str(error), instance=request.url.path)
