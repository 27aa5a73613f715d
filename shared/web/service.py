"""Adds to a FastAPI app what every service of Slate needs around its routes, and serves the app on a port.

`equip_service` adds problem bodies, the body limit, request ids and metrics to an app. `serve` runs an app on a port.
"""

import os
from contextlib import nullcontext
from tempfile import TemporaryDirectory

import uvicorn
from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from shared.web.body_limit import BodyLimit
from shared.web.logs import configure_logs
from shared.web.metrics import FOLDER_VARIABLE, RequestMetrics, expose_metrics
from shared.web.problems import install_problem_handlers


def equip_service(app: FastAPI, *, max_body_bytes: int, registry: CollectorRegistry) -> None:
    """Add problem bodies, the body limit, `X-Request-ID` in requests and answers, and /metrics of `registry`."""
    install_problem_handlers(app)
    app.add_middleware(BodyLimit, max_bytes=max_body_bytes)
    app.add_middleware(CorrelationIdMiddleware)
    app.add_middleware(RequestMetrics, registry=registry)
    expose_metrics(app, registry)


def serve(
    app: FastAPI | str,
    *,
    host: str,
    port: int,
    log_level: str,
    processes: int = 1,
) -> None:
    """Run the app until a signal stops it. Requests that are being answered are finished first.

    For several processes, `app` is the name of a function as `module:function`. Each process calls it to build its own
    app, and the function must configure the logs. The processes share the port, and /metrics reports all of them.
    """
    configure_logs(log_level)
    # Not for one process: uvicorn ends it by the signal that stopped it, so this `with` would not remove the folder.
    with TemporaryDirectory(prefix="slate-metrics-") if processes > 1 else nullcontext() as folder:
        if folder:
            os.environ.setdefault(FOLDER_VARIABLE, folder)  # the processes that uvicorn starts inherit it
        uvicorn.run(
            app,
            factory=isinstance(app, str),
            host=host,
            port=port,
            workers=processes,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=10,
        )
