"""The routes of the Open Inference Protocol, version 2. Every model that reads digits is one of its models.

Only the forms of requests and answers are other ones: admission, lanes and engines are those of the routes in /v1.
"""

from fastapi import APIRouter, Request, Response

from services.inference.http.asker import make_asker
from services.inference.http.dependencies import AdmittedDep, ServiceDep
from services.inference.http.open_inference.infer_answer import DATATYPES, answer_call, make_answer
from services.inference.http.open_inference.infer_body import InferQuestion, receive_infer
from services.inference.http.open_inference.infer_docs import INFER_ANSWER, INFER_BODY, describe_problems
from shared.contracts.open_inference import (
    BINARY_EXTENSION,
    ModelMetadata,
    ModelReady,
    ServerLive,
    ServerMetadata,
    ServerReady,
    TensorDescription,
)
from shared.contracts.problem import ProblemCode
from shared.recognition.normalisation import SIDE
from shared.web.open_paths import V2_LIVE, V2_READY

router = APIRouter()

CODES: tuple[ProblemCode, ...] = ("unauthorised", "forbidden", "rate_limited", "internal_error")
MODEL_PROBLEMS = describe_problems("unknown_model", "invalid_request", *CODES)
INFER_PROBLEMS = describe_problems(
    *CODES,
    *("blank_drawing", "invalid_request", "unreadable_image", "too_large", "unsupported_media_type", "timeout"),
    *("unknown_model", "overloaded"),
)
VERSION = "/v2/models/{name}/versions/{version}"
FORMS = "also FP32 of this shape, and BYTES of the shape [-1]: picture files"
INPUTS = [TensorDescription(name="images", datatype="UINT8", shape=[-1, SIDE, SIDE], parameters={"forms": FORMS})]
OUTPUTS = [
    TensorDescription(name=name, datatype=datatype, shape=[-1, 10] if name == "probabilities" else [-1])
    for name, datatype in DATATYPES.items()
]


@router.get(V2_LIVE)
async def live() -> ServerLive:
    """Answer as long as the process runs."""
    return ServerLive()


@router.get(V2_READY, responses=describe_problems("not_ready"))
async def ready(service: ServiceDep) -> ServerReady:
    """Answer 200 once the default model is loaded, before that 503 `not_ready`."""
    await service.catalog.get()
    return ServerReady()


@router.get("/v2", responses=describe_problems(*CODES))
async def describe_server(admitted: AdmittedDep) -> ServerMetadata:
    """Name the server and its extensions of the Open Inference Protocol."""
    del admitted
    return ServerMetadata(name="slate", version="1", extensions=[BINARY_EXTENSION])


@router.get("/v2/models/{name}", responses=MODEL_PROBLEMS, response_model_exclude_none=True)
async def describe_model(name: str, admitted: AdmittedDep) -> ModelMetadata:
    """List the versions and the tensors of a model."""
    versions = await admitted.service.catalog.find_versions(name)
    return ModelMetadata(name=name, versions=versions, platform="slate", inputs=INPUTS, outputs=OUTPUTS)


@router.get(VERSION, responses=MODEL_PROBLEMS, response_model_exclude_none=True)
async def describe_version(name: str, version: str, admitted: AdmittedDep) -> ModelMetadata:
    """Describe one version of a model, as `GET /v2/models/{name}` does."""
    await admitted.service.catalog.describe_one(name, version)
    return ModelMetadata(name=name, versions=[version], platform="slate", inputs=INPUTS, outputs=OUTPUTS)


@router.get("/v2/models/{name}/ready", responses=MODEL_PROBLEMS)
async def model_ready(name: str, admitted: AdmittedDep) -> ModelReady:
    """Load the version in use of a model, if it is not loaded yet."""
    manifest = (await admitted.service.catalog.get(name)).manifest
    return ModelReady(name=manifest.name, version=manifest.version)


@router.get(VERSION + "/ready", responses=MODEL_PROBLEMS)
async def version_ready(name: str, version: str, admitted: AdmittedDep) -> ModelReady:
    """Load this version, if it is not loaded yet."""
    await admitted.service.catalog.get(f"{name}/{version}")
    return ModelReady(name=name, version=version)


@router.post(
    "/v2/models/{name}/infer",
    openapi_extra=INFER_BODY,
    response_class=Response,
    responses={**INFER_ANSWER, **INFER_PROBLEMS},
)
async def infer(name: str, request: Request, admitted: AdmittedDep) -> Response:
    """Read images or pictures with the version in use of a model. One that has a problem fails the request."""
    return await _infer(name, request, admitted)


@router.post(
    VERSION + "/infer",
    openapi_extra=INFER_BODY,
    response_class=Response,
    responses={**INFER_ANSWER, **INFER_PROBLEMS},
)
async def infer_version(name: str, version: str, request: Request, admitted: AdmittedDep) -> Response:
    """Read images or pictures with this version of a model, as `POST /v2/models/{name}/infer` does."""
    return await _infer(f"{name}/{version}", request, admitted)


async def _infer(reference: str, request: Request, admitted: AdmittedDep) -> Response:
    body = await receive_infer(request)
    asker = await make_asker(admitted, reference)
    call = body.parse() if body.is_quick else await asker.ask(InferQuestion(body))
    return await make_answer(await answer_call(call, asker), call, asker.recogniser)
