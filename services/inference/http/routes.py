"""The routes of the inference API, version 1. Their answers are messages of shared.contracts.inference.

A route receives the body of a request, lets an `Asker` choose a lane, and returns the JSON that the lane has written.
"""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from services.inference.drawing import DrawingList
from services.inference.http.asker import make_asker
from services.inference.http.batch_answer import answer_drawings, answer_images
from services.inference.http.batch_body import BATCH_BODY, MAX_IMAGES, FormList, JsonList, stream_images
from services.inference.http.dependencies import (
    AdmittedDep,
    ExplainQuery,
    ModelName,
    ModelQuery,
    RotationQuery,
    ServiceDep,
)
from services.inference.http.drawing_body import (
    DRAWING_BODY,
    PAGE_BODY,
    PageBody,
    read_drawing,
    read_media_type,
)
from services.inference.http.json_values import receive_drawings
from services.inference.http.promotion_routes import router as promotion_router
from services.inference.questions import PageQuestion
from services.inference.upstream.openai_prediction import predict_upstream
from services.inference.upstream.openai_reader import PREFIX
from shared.contracts.drift import DriftReport
from shared.contracts.inference import BatchPredictions, Explanation, ModelDetails, ModelList, Prediction
from shared.contracts.inside import Inside
from shared.contracts.page import PageReading
from shared.contracts.problem import ProblemCode
from shared.recognition.drift_file import NoDriftReportError
from shared.web.problem_docs import problem_docs
from shared.web.problems import ProblemError

ALL_CODES: tuple[ProblemCode, ...] = ("unauthorised", "forbidden", "rate_limited", "internal_error")
DRAWING_PROBLEMS = problem_docs(
    *ALL_CODES,
    "blank_drawing",
    "invalid_request",
    "unreadable_image",
    "too_large",
    "unsupported_media_type",
    "timeout",
    "unknown_model",
    "overloaded",
    "not_ready",
)


router = APIRouter()


@router.post(
    "/v1/predict",
    openapi_extra=DRAWING_BODY,
    response_class=Response,
    responses={200: {"model": Prediction}, **DRAWING_PROBLEMS, **problem_docs("upstream_failed", "upstream_timeout")},
)
async def predict(
    request: Request, admitted: AdmittedDep, model: ModelQuery = None, explain: ExplainQuery = False
) -> Response:
    """Read one drawing. `model=openai/<name>` asks a model of the configured OpenAI-compatible endpoint."""
    drawing = await read_drawing(request)
    if model and model.startswith(PREFIX):
        asker = await make_asker(admitted, None)
        prediction = await predict_upstream(drawing, model, admitted.service.reader, asker.ask)
        return make_json_response(prediction.model_dump_json().encode())
    asker = await make_asker(admitted, model)
    if explain:
        return make_json_response(await asker.predict_and_try_to_explain(drawing))
    return make_json_response((await asker.predict(drawing)).json)


@router.post(
    "/v1/explain",
    openapi_extra=DRAWING_BODY,
    response_class=Response,
    responses={200: {"model": Explanation}, **DRAWING_PROBLEMS},
)
async def explain(request: Request, admitted: AdmittedDep, model: ModelQuery = None) -> Response:
    """Read one drawing, and tell which parts of it speak for the predicted digit."""
    drawing = await read_drawing(request)
    asker = await make_asker(admitted, model)
    return make_json_response(await asker.predict_and_explain(drawing))


@router.post(
    "/v1/inside",
    openapi_extra=DRAWING_BODY,
    response_class=Response,
    responses={200: {"model": Inside}, **DRAWING_PROBLEMS},
)
async def look_inside(request: Request, admitted: AdmittedDep, model: ModelQuery = None) -> Response:
    """Read one drawing, and tell what each layer of the network makes of it and what would change the answer."""
    drawing = await read_drawing(request)
    if model and model.startswith(PREFIX):
        raise ProblemError("invalid_request", "Models of other providers can't be looked into. Choose another model.")
    asker = await make_asker(admitted, model)
    return make_json_response(await asker.look_inside(drawing))


@router.post(
    "/v1/read",
    openapi_extra=PAGE_BODY,
    response_class=Response,
    responses={200: {"model": PageReading}, **DRAWING_PROBLEMS},
)
async def read(
    request: Request, admitted: AdmittedDep, model: ModelQuery = None, rotation: RotationQuery = None
) -> Response:
    """Read every number on a picture, and say where it stands: its line, and its row and column if it is in a table."""
    page = PageBody(await read_drawing(request))
    asker = await make_asker(admitted, model)
    return make_json_response(await asker.read_page(PageQuestion(page, None if rotation is None else int(rotation))))


@router.post(
    "/v1/predict/batch",
    openapi_extra=BATCH_BODY,
    response_class=Response,
    responses={200: {"model": BatchPredictions}, **DRAWING_PROBLEMS},
)
async def predict_batch(request: Request, admitted: AdmittedDep, model: ModelQuery = None) -> Response:
    """Read many drawings. The answer has one entry per drawing, in the same order: a prediction or a problem."""
    asker = await make_asker(admitted, model)
    match read_media_type(request):
        case "application/octet-stream":
            return make_batch_response(await answer_images(stream_images(request), asker))
        case "application/json":
            body: DrawingList = JsonList(await receive_drawings(request, MAX_IMAGES))
        case "multipart/form-data":
            body = FormList(await request.body(), request.headers["content-type"])
        case _:
            raise ProblemError(
                "unsupported_media_type",
                "Send application/json, several multipart files, or N × 784 bytes as application/octet-stream.",
            )
    return make_batch_response(await answer_drawings(body, asker))


@router.get("/v1/models", responses=problem_docs("not_ready", *ALL_CODES))
async def list_models(admitted: AdmittedDep) -> ModelList:
    """List every model version on disk, the versions that can't be served, and the models of other providers."""
    described = await admitted.service.catalog.describe()
    return described.model_copy(update={"others": admitted.service.reader.models})


router.routes.extend(promotion_router.routes)  # before the next route, whose address fits a journal too


@router.get(
    "/v1/models/{name}/drift",
    responses=problem_docs("unknown_model", "not_found", "invalid_request", *ALL_CODES),
)
async def get_drift(name: ModelName, admitted: AdmittedDep) -> DriftReport:
    """Tell how recent drawings differ from the validation data of the version that read them, as last reported."""
    try:
        return await admitted.service.catalog.read_drift(name)
    except NoDriftReportError as error:
        raise ProblemError("not_found", str(error)) from error


@router.get(
    "/v1/models/{name}/{version}",
    responses=problem_docs("unknown_model", "invalid_request", *ALL_CODES),
)
async def get_model(name: str, version: str, admitted: AdmittedDep) -> ModelDetails:
    """Describe one model version: its training, its metrics, and the metrics after each epoch."""
    return await admitted.service.catalog.describe_one(name, version)


@router.get("/healthz", include_in_schema=False)
async def alive() -> dict[str, str]:
    """Answer as long as the process runs."""
    return {"status": "alive"}


@router.get("/readyz", include_in_schema=False, responses=problem_docs("not_ready"))
async def ready(service: ServiceDep) -> dict[str, str]:
    """Answer 200 once the default model is loaded, before that 503 `not_ready`."""
    recogniser = await service.catalog.get()
    engine = recogniser.engine
    return {"status": "ready", "model": recogniser.manifest.reference, "engine": engine.name, "device": engine.device}


def make_json_response(body: bytes) -> Response:
    """A response whose body is JSON already."""
    return Response(body, media_type="application/json")


def make_batch_response(answers: Sequence[bytes]) -> Response:
    """`{"predictions": [...]}`."""
    return make_json_response(b'{"predictions":[' + b",".join(answers) + b"]}")
