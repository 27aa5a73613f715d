"""FastAPI dependencies of the routes: the objects of the service, access control, and the query parameter `model`."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Query, Request

from services.inference.batching import MicroBatcher
from services.inference.bounds import Bounds
from services.inference.catalog import Catalog
from services.inference.http.access import Access
from services.inference.prediction import PredictionRequest
from services.inference.upstream.openai_reader import OpenAiReader

Batcher = MicroBatcher[PredictionRequest, bytes]


@dataclass(frozen=True)
class Service:
    """The objects that all routes share. One per app."""

    bounds: Bounds
    access: Access
    catalog: Catalog
    batcher: Batcher
    image_batcher: Batcher  # for images sent as bytes, which need no preprocessing
    reader: OpenAiReader


async def get_service(request: Request) -> Service:
    """Return the app's Service. It is `async` because FastAPI runs other functions in a thread pool."""
    return cast("Service", request.app.state.service)


async def admit_caller(request: Request) -> Service:
    """Check the caller's key and rate limit, then return the Service.

    One dependency instead of two, because each costs time on every request.
    ProblemError `unauthorised`, `forbidden`, `rate_limited`.
    """
    service = await get_service(request)
    service.access.admit(request.headers, request.client.host if request.client else None)
    return service


ServiceDep = Annotated[Service, Depends(admit_caller)]
OpenServiceDep = Annotated[Service, Depends(get_service)]  # without access control, for health probes
ModelQuery = Annotated[
    str | None, Query(max_length=129, description="`name` or `name/version`. Without it, the default model answers.")
]
