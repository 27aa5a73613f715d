"""The routes of inference, HTTP version 1. What they answer is in shared.contracts.inference."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query, Request, Response

from services.inference.access import Access
from services.inference.batch_input import BATCH_BODY, parse_batch, read_files, stream_images
from services.inference.batching import MicroBatcher
from services.inference.bounds import Bounds
from services.inference.catalog import Catalog
from services.inference.drawing_input import (
    DRAWING_BODY,
    PAGE_BODY,
    DrawingSource,
    body_deadline,
    media_type_of,
    read_drawing,
)
from services.inference.failure import problem_of
from services.inference.openai_model import PREFIX, OpenAiReader
from services.inference.openai_prediction import predict_elsewhere
from services.inference.prediction import DrawingRequest, ImagesRequest, PageRequest, PredictionRequest, Predictor
from services.inference.recogniser import Recogniser
from shared.contracts.inference import BatchPredictions, Explanation, ModelDetails, ModelList, PageReading, Prediction
from shared.contracts.problem import ProblemCode
from shared.web.problems import ProblemError, problem_docs

Batcher = MicroBatcher[PredictionRequest, bytes]

AT_ONCE = 48  # drawings of one batch request that wait: fewer than it takes to refuse other requests


@dataclass(frozen=True)
class Service:
    """What the routes work with; one an app."""

    bounds: Bounds
    access: Access
    catalog: Catalog
    batcher: Batcher
    image_batcher: Batcher  # of images as bytes, which need no preparation
    predictor: Predictor
    reader: OpenAiReader


async def get_service(request: Request) -> Service:
    """The app's. «async», or it would run in a thread of its own; one dependency, since each costs every request."""
    return cast("Service", request.app.state.service)


async def enter(request: Request) -> Service:
    """The same for whoever may ask. ProblemError `unauthorised`, `forbidden`, `rate_limited`."""
    service = await get_service(request)
    service.access.admit(request.headers, request.client.host if request.client else None)
    return service


ServiceDep = Annotated[Service, Depends(enter)]
OpenServiceDep = Annotated[Service, Depends(get_service)]  # for the probes of whoever runs it
ModelQuery = Annotated[str | None, Query(max_length=129, description="«name» or «name/version»; the default if absent")]

ACCESS: tuple[ProblemCode, ...] = ("unauthorised", "forbidden", "rate_limited")
REFUSALS = problem_docs(
    *ACCESS,
    "blank_drawing",
    "invalid_request",
    "unreadable_image",
    "too_large",
    "unsupported_media_type",
    "timeout",
    "unknown_model",
    "overloaded",
)


router = APIRouter()


def json_response(body: bytes) -> Response:
    """Of a message that is encoded already."""
    return Response(body, media_type="application/json")


@router.post(
    "/v1/predict",
    openapi_extra=DRAWING_BODY,
    response_class=Response,
    responses={200: {"model": Prediction}, **REFUSALS, **problem_docs("upstream_failed", "upstream_timeout")},
)
async def predict(request: Request, service: ServiceDep, model: ModelQuery = None) -> Response:
    """Reads one drawing; «openai/<model>» asks the endpoint that is set for such models."""
    drawing = await read_drawing(request, service.bounds.body_timeout_s)
    if model and model.startswith(PREFIX):
        prediction = await predict_elsewhere(drawing, model, service.reader, service.predictor)
        return json_response(prediction.model_dump_json().encode())
    return json_response(await service.batcher.submit(DrawingRequest(drawing, await service.catalog.get(model))))


@router.post(
    "/v1/explain",
    openapi_extra=DRAWING_BODY,
    response_class=Response,
    responses={200: {"model": Explanation}, **REFUSALS},
)
async def explain(request: Request, service: ServiceDep, model: ModelQuery = None) -> Response:
    """Reads one drawing, and says which spots of it speak for the digit."""
    drawing = await read_drawing(request, service.bounds.body_timeout_s)
    recogniser = await service.catalog.get(model)
    return json_response(await service.batcher.submit(DrawingRequest(drawing, recogniser, explained=True)))


@router.post(
    "/v1/read",
    openapi_extra=PAGE_BODY,
    response_class=Response,
    responses={200: {"model": PageReading}, **REFUSALS},
)
async def read(request: Request, service: ServiceDep, model: ModelQuery = None) -> Response:
    """Finds every digit on a picture and reads them: lines from the top down, each from left to right."""
    picture = await read_drawing(request, service.bounds.body_timeout_s)
    return json_response(await service.batcher.submit(PageRequest(picture, await service.catalog.get(model))))


@router.post(
    "/v1/predict/batch",
    openapi_extra=BATCH_BODY,
    response_class=Response,
    responses={200: {"model": BatchPredictions}, **REFUSALS},
)
async def predict_batch(request: Request, service: ServiceDep, model: ModelQuery = None) -> Response:
    """Reads many drawings: one entry each, in their order, a problem where one can't be read."""
    recogniser = await service.catalog.get(model)
    async with body_deadline(service.bounds.body_timeout_s):
        match media_type_of(request):
            case "application/octet-stream":
                return batch_response(await read_stream(request, recogniser, service.image_batcher))
            case "application/json":
                drawings = await asyncio.to_thread(parse_batch, await request.body())
            case "multipart/form-data":
                drawings = await read_files(request)
            case _:
                raise ProblemError(
                    "unsupported_media_type",
                    "Send application/json, several multipart files, or N × 784 bytes as application/octet-stream.",
                )
    return batch_response(await answer_all(drawings, recogniser, service.batcher))


async def read_stream(request: Request, recogniser: Recogniser, batcher: Batcher) -> list[bytes]:
    """The answers to the images of a body, which go through the network while the rest arrives."""
    answers: list[bytes] = []
    before: asyncio.Task[bytes] | None = None
    async for images in stream_images(request):
        now = asyncio.create_task(batcher.submit(ImagesRequest(images, recogniser)))
        if before:
            answers.append(await before)
        before = now
    return [*answers, await before] if before else answers


async def answer_all(drawings: Sequence[DrawingSource], recogniser: Recogniser, batcher: Batcher) -> list[bytes]:
    """One answer each, in their order; not all of them wait at once, so that others get their turn."""
    places = asyncio.Semaphore(AT_ONCE)

    async def answer(drawing: DrawingSource) -> bytes:
        async with places:
            try:
                return await batcher.submit(DrawingRequest(drawing, recogniser))
            except Exception as error:  # noqa: BLE001  problem_of raises what is not about the drawing
                return problem_of(error).model_dump_json(exclude_none=True).encode()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(answer(drawing)) for drawing in drawings]
    return [task.result() for task in tasks]


def batch_response(answers: Sequence[bytes]) -> Response:
    """`{"predictions": [...]}`."""
    return json_response(b'{"predictions":[' + b",".join(answers) + b"]}")


@router.get("/v1/models", responses=problem_docs("not_ready", *ACCESS))
async def list_models(service: ServiceDep) -> ModelList:
    """Every model version that can be asked for, those that can't be served, and models that are not ours."""
    described = await service.catalog.describe()
    return described.model_copy(update={"others": service.reader.models})


@router.get("/v1/models/{name}/{version}", responses=problem_docs("unknown_model", *ACCESS))
async def get_model(name: str, version: str, service: ServiceDep) -> ModelDetails:
    """One model version: how it was made, how well it does, and what each epoch of its training reached."""
    return await service.catalog.describe_one(name, version)


@router.get("/healthz", include_in_schema=False)
async def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get("/readyz", include_in_schema=False, responses=problem_docs("not_ready"))
async def ready(service: OpenServiceDep) -> dict[str, str]:
    """The default model is loaded."""
    recogniser = await service.catalog.get()
    engine = recogniser.engine
    return {"status": "ready", "model": recogniser.manifest.reference, "engine": engine.name, "device": engine.device}
