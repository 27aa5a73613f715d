"""ASGI middleware: how long requests took, by route, method and status; and /metrics, where Prometheus reads it all.

Where several processes serve one port, PROMETHEUS_MULTIPROC_DIR names the folder in which they keep their counts.
"""

import os
import time

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
METRICS = "/metrics"
NOT_COUNTED = (METRICS, "/healthz", "/readyz")
NO_ROUTE = "none"  # one label for every address that there is not
MULTIPLE = "PROMETHEUS_MULTIPROC_DIR"


class RequestMetrics:
    """`slate_http_request_seconds`, in which what a route refuses is counted as well."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self.app = app
        labels = ["route", "method", "status"]
        self._seconds = Histogram(
            "slate_http_request_seconds", "HTTP requests", labels, buckets=SECONDS_BUCKETS, registry=registry
        )
        self._children: dict[tuple[str, str, int], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Times one request until its response is sent."""
        if scope["type"] != "http" or scope["path"] in NOT_COUNTED:
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500  # where nothing is answered at all

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", NO_ROUTE)  # set by the router
            self._child(route, scope["method"], status).observe(time.perf_counter() - started)

    def _child(self, route: str, method: str, status: int) -> Histogram:
        key = (route, method, status)
        if (child := self._children.get(key)) is None:
            child = self._children[key] = self._seconds.labels(route, method, str(status))
        return child


def expose_metrics(app: FastAPI, registry: CollectorRegistry) -> None:
    """GET /metrics: of this process, or of all that share the port."""

    @app.get(METRICS, include_in_schema=False)
    async def metrics() -> Response:
        source = registry
        if MULTIPLE in os.environ:
            MultiProcessCollector(source := CollectorRegistry())  # type: ignore[no-untyped-call]
        return Response(generate_latest(source), media_type=CONTENT_TYPE_LATEST)
