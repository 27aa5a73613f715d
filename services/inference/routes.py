"""The routes of inference, HTTP version 1. What they answer is in shared.contracts.inference."""

import asyncio
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query, Request

from services.inference.catalog import Catalog
from services.inference.drawing_input import DRAWING_BODY, read_drawing
from services.inference.prediction import Predictor
from services.inference.settings import Settings
from services.inference.workers import Workers
from shared.contracts.inference import ModelList, Prediction
from shared.web.problems import problem_docs

router = APIRouter()


def get_settings(request: Request) -> Settings:
    """The app's settings."""
    return cast("Settings", request.app.state.settings)


def get_workers(request: Request) -> Workers:
    """The app's worker threads."""
    return cast("Workers", request.app.state.workers)


def get_predictor(request: Request) -> Predictor:
    """The app's predictor."""
    return cast("Predictor", request.app.state.predictor)


def get_catalog(request: Request) -> Catalog:
    """The app's catalog."""
    return cast("Catalog", request.app.state.catalog)


SettingsDep = Annotated[Settings, Depends(get_settings)]
WorkersDep = Annotated[Workers, Depends(get_workers)]
PredictorDep = Annotated[Predictor, Depends(get_predictor)]
CatalogDep = Annotated[Catalog, Depends(get_catalog)]
ModelQuery = Annotated[str | None, Query(max_length=129, description="«name» or «name/version»; the default if absent")]


@router.post(
    "/v1/predict",
    openapi_extra=DRAWING_BODY,
    responses=problem_docs(
        "blank_drawing",
        "invalid_request",
        "unreadable_image",
        "too_large",
        "unsupported_media_type",
        "timeout",
        "unknown_model",
        "overloaded",
    ),
)
async def predict(
    request: Request, settings: SettingsDep, workers: WorkersDep, predictor: PredictorDep, model: ModelQuery = None
) -> Prediction:
    """Reads one drawing."""
    with workers.admit():
        body = await read_drawing(request, settings.body_timeout_s)
        return await workers.run(predictor.predict, body, model)


@router.get("/v1/models", responses=problem_docs("not_ready"))
async def list_models(workers: WorkersDep, catalog: CatalogDep) -> ModelList:
    """Every model version that can be asked for."""
    return await workers.run(catalog.describe)


@router.get("/healthz", include_in_schema=False)
async def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get("/readyz", responses=problem_docs("not_ready"), include_in_schema=False)
async def ready(catalog: CatalogDep) -> dict[str, str]:
    """The default model is loaded. Not asked of the workers: busy ones are no reason to be taken out of service."""
    recogniser = await asyncio.to_thread(catalog.get)
    return {"status": "ready", "model": recogniser.manifest.reference, "device": str(recogniser.device)}
