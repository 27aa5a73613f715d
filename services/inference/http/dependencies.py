"""FastAPI dependencies of the routes: the objects of the service, the caller, and the query parameters."""

from dataclasses import dataclass
from typing import Annotated, Literal, cast

from fastapi import Depends, Path, Query, Request

from services.inference.bounds import Bounds
from services.inference.catalog import Catalog
from services.inference.http.refusals import Refusals
from services.inference.lanes.long_lane import LongLane
from services.inference.lanes.short_lane import ShortLane
from services.inference.lanes.short_predictor import QuickRequest
from services.inference.metrics import Metrics
from services.inference.prediction import Answer
from services.inference.promoting import Promoting
from services.inference.shadow import Shadow
from services.inference.upstream.openai_reader import OpenAiReader
from shared.recognition.model_version import NAME_PATTERN


@dataclass(frozen=True)
class Service:
    """The objects that all routes share. One per app."""

    catalog: Catalog
    short_lane: ShortLane[QuickRequest, Answer]
    long_lane: LongLane
    shadow: Shadow
    refusals: Refusals
    reader: OpenAiReader
    bounds: Bounds
    promoting: Promoting
    metrics: Metrics


async def get_service(request: Request) -> Service:
    """Return the app's Service. It is `async` because FastAPI runs other functions in a thread pool."""
    return cast("Service", request.app.state.service)


@dataclass(frozen=True)
class Admitted:
    """An admitted request: the objects of the service, and the caller, which is the name of its key or its address."""

    service: Service
    caller: str


async def get_admitted(request: Request) -> Admitted:
    """Return what the admission middleware left. A route with this dependency can't be reached past it.

    One dependency instead of two, because each costs time on every request.
    """
    return Admitted(await get_service(request), request.state.caller)


ServiceDep = Annotated[Service, Depends(get_service)]  # without admission, for health probes
AdmittedDep = Annotated[Admitted, Depends(get_admitted)]
ModelQuery = Annotated[
    str | None, Query(max_length=129, description="`name` or `name/version`. Without it, the default model answers.")
]
ModelName = Annotated[str, Path(pattern=f"^{NAME_PATTERN.pattern}$", description="`name` without a version.")]
RotationQuery = Annotated[
    Literal["0", "90", "180", "270"] | None,
    Query(description="Degrees clockwise by which to turn the picture. Without it, the service finds out."),
]
ExplainQuery = Annotated[bool, Query(description="Add `saliency` to the prediction, if the service is not busy.")]
