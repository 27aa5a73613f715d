"""Measures how long requests take, by route, method and status, and answers /metrics, which Prometheus reads.

A reverse proxy that publishes a whole service must not publish its metrics. So /metrics does not exist for a request
that a proxy passed on, which one sees by its headers.

If several processes serve one port, they keep their counts in the folder that PROMETHEUS_MULTIPROC_DIR names, so that
each of them can report all counts. `shared.web.service.serve` sets this variable.
"""

import os
import time
from http import HTTPStatus

from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
METRICS = "/metrics"
PROXY_HEADERS = ("x-forwarded-for", "forwarded")  # a reverse proxy adds one of them
NOT_MEASURED = (METRICS, "/healthz", "/readyz")
NO_ROUTE = "none"  # one label for all unknown addresses, so that a scan of addresses makes no new metrics
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


class RequestMetrics:
    """ASGI middleware for the metric `slate_http_request_seconds`. Refused requests count too."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self.app = app
        labels = ["route", "method", "status"]
        self._seconds = Histogram(
            "slate_http_request_seconds", "HTTP requests", labels, buckets=SECONDS_BUCKETS, registry=registry
        )
        self._children: dict[tuple[str, str, int], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Measure one request until its response is sent."""
        if scope["type"] != "http" or scope["path"] in NOT_MEASURED:
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500  # the status if the app raises an error before it answers

        async def send_and_note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_note_status)
        finally:
            route = getattr(scope.get("route"), "path", NO_ROUTE)  # set by the router
            self._child(route, scope["method"], status).observe(time.perf_counter() - started)

    def _child(self, route: str, method: str, status: int) -> Histogram:
        key = (route, method, status)
        if (child := self._children.get(key)) is None:
            child = self._children[key] = self._seconds.labels(route, method, str(status))
        return child


def was_passed_on(headers: Headers) -> bool:
    """Whether a reverse proxy passed the request on."""
    return any(header in headers for header in PROXY_HEADERS)


def answer_metrics(request: Request, registry: CollectorRegistry) -> Response:
    """The metrics of this process, or of all processes that share the port. 404 if a proxy passed the request on."""
    if was_passed_on(request.headers):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    source = registry
    if FOLDER_VARIABLE in os.environ:
        MultiProcessCollector(source := CollectorRegistry())  # type: ignore[no-untyped-call]
    return Response(generate_latest(source), media_type=CONTENT_TYPE_LATEST)


def expose_metrics(app: FastAPI, registry: CollectorRegistry) -> None:
    """Add GET /metrics."""

    @app.get(METRICS, include_in_schema=False)
    async def metrics(request: Request) -> Response:
        return answer_metrics(request, registry)
