"""What every Slate service has around its routes: problems, body limit, request ids, metrics, and how it is served."""

import os
from contextlib import nullcontext
from tempfile import TemporaryDirectory

import uvicorn
from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from shared.web.body_limit import BodyLimit
from shared.web.logs import configure_logs
from shared.web.metrics import MULTIPLE, RequestMetrics, expose_metrics
from shared.web.problems import install_problem_handlers


def equip_service(app: FastAPI, *, max_body_bytes: int, registry: CollectorRegistry) -> None:
    """Adds problems, the body limit, X-Request-ID in and out, and /metrics over `registry`."""
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
    """Runs the app until a signal says stop; what is under way is answered first.

    Several processes share the port, and one /metrics tells of all of them; each makes its app itself, so that it is
    given as «module:function», which has to configure the logs.
    """
    configure_logs(log_level)
    # Only for several: uvicorn ends a lone process by the signal that stopped it, and nothing would remove the folder.
    with TemporaryDirectory(prefix="slate-metrics-") if processes > 1 else nullcontext() as folder:
        if folder:
            os.environ.setdefault(MULTIPLE, folder)  # for the processes that are started now
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
