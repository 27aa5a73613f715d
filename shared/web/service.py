"""What every Slate service has around its routes: problems, body limit, request ids, metrics, and how it is served."""

import uvicorn
from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator

from shared.web.body_limit import BodyLimit
from shared.web.logs import configure_logs
from shared.web.problems import install_problem_handlers


def equip_service(app: FastAPI, *, max_body_bytes: int, registry: CollectorRegistry) -> None:
    """Adds problems, the body limit, X-Request-ID in and out, and /metrics over `registry`."""
    install_problem_handlers(app)
    app.add_middleware(BodyLimit, max_bytes=max_body_bytes)
    app.add_middleware(CorrelationIdMiddleware)
    Instrumentator(excluded_handlers=["/metrics", "/healthz", "/readyz"], registry=registry).instrument(app).expose(
        app, include_in_schema=False
    )


def serve(app: FastAPI, *, host: str, port: int, log_level: str) -> None:
    """Runs the app until a signal says stop; what is under way is answered first."""
    configure_logs(log_level)
    uvicorn.run(app, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=10)
