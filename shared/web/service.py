"""Adds to a FastAPI app what every service of Slate needs around its routes, and serves an app on a port.

`equip_service` adds problem bodies, the limits of bodies and hosts, request ids, metrics and /docs. `serve` runs an app
with the limits of connections. The frontend, which is no FastAPI app, uses `serve` and `make_guards`.
"""

import os
from contextlib import nullcontext
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from shared.web.allowed_hosts import AllowedHosts
from shared.web.api_docs import add_docs
from shared.web.body_budget import BodyBudget
from shared.web.drain import Drain
from shared.web.head_requests import HeadRequests
from shared.web.http_protocol import LimitedHttpProtocol
from shared.web.logs import configure_logs
from shared.web.metrics import FOLDER_VARIABLE, RequestMetrics, expose_metrics
from shared.web.open_files import raise_open_file_limit
from shared.web.problems import install_problem_handlers
from shared.web.processes import Processes
from shared.web.request_body import RequestBody, RequestBodyLimits
from shared.web.request_id import accept_request_ids
from shared.web.root_path import RootPath
from shared.web.settings import GRACEFUL_S, ApiServerSettings, ServerSettings
from shared.web.tracing import start_tracing

# A browser takes no answer for a page that is none, sends no address of ours to others, and shows nothing of ours in a
# page of another site. uvicorn adds them to every answer, so they cost no middleware.
SAFE_HEADERS = (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"))
POLICY = "Content-Security-Policy"
OWN_FRAMES_ONLY = "frame-ancestors 'self'"
BODIES_IN_MEMORY = 4  # of the largest size, so that one caller may send two at once
START_S = 60  # a process that is silent for so long is replaced; on a busy machine it may need this to start


def equip_service(
    app: FastAPI,
    *,
    settings: ApiServerSettings,
    registry: CollectorRegistry,
    max_body_bytes: int,
    body_timeout_s: float = RequestBodyLimits.timeout_s,
) -> None:
    """Add problem bodies, limits, `X-Request-ID` in requests and answers, /docs, and /metrics of `registry`."""
    install_problem_handlers(app)
    app.add_middleware(HeadRequests)
    layers = [  # the first is the outermost
        Middleware(RequestMetrics, registry=registry),
        accept_request_ids(),
        *start_tracing(app.title.lower().replace(" ", "-")),  # inside the ids, which name the trace
        *make_guards(settings, RequestBodyLimits(max_body_bytes, body_timeout_s)),
    ]
    for layer in reversed(layers):
        app.add_middleware(layer.cls, *layer.args, **layer.kwargs)
    if settings.root_path:
        app.add_middleware(RootPath, root_path=settings.root_path)
    add_docs(app)
    expose_metrics(app, registry)


def make_guards(settings: ServerSettings, bodies: RequestBodyLimits, ready_path: str = "/readyz") -> list[Middleware]:
    """The middleware that every service has. The first is the outermost."""
    names = settings.host_names
    drain = Middleware(Drain, seconds=settings.drain_s, ready_path=ready_path)
    return [
        *([drain] if settings.drain_s else []),
        *([Middleware(AllowedHosts, names=names)] if names is not None else []),
        Middleware(RequestBody, limits=bodies, budget=BodyBudget(BODIES_IN_MEMORY * bodies.max_bytes)),
    ]


def serve(
    app: ASGIApp | str,
    settings: ServerSettings,
    *,
    processes: int = 1,
    policy: str = OWN_FRAMES_ONLY,
    **options: Any,
) -> None:
    """Run the app until a signal stops it. Requests that are being answered are finished first.

    For several processes, `app` is the name of a function as `module:function`. Each process calls it to build its own
    app, and the function must configure the logs. The processes share the port, and /metrics reports all of them.
    `policy` is the Content-Security-Policy of every answer. `options` are those of `uvicorn.run`.
    """
    configure_logs(settings.log_level)
    raise_open_file_limit()  # the processes that uvicorn starts inherit it
    # Not for one process: uvicorn ends it by the signal that stopped it, so this `with` would not remove the folder.
    with TemporaryDirectory(prefix="slate-metrics-") if processes > 1 else nullcontext() as folder:
        if folder:
            os.environ.setdefault(FOLDER_VARIABLE, folder)  # the processes that uvicorn starts inherit it
        options = make_options(settings, policy) | options | {"factory": isinstance(app, str), "workers": processes}
        if processes > 1:
            config = uvicorn.Config(app, **options)
            Processes(config, [config.bind_socket()]).run()
        else:
            uvicorn.run(app, **options)


def make_options(settings: ServerSettings, policy: str = OWN_FRAMES_ONLY) -> dict[str, Any]:
    """The options of `uvicorn.run` that follow from the settings. `policy` is the Content-Security-Policy."""
    return {
        "headers": [*SAFE_HEADERS, (POLICY, policy)],
        "host": settings.host,
        "port": settings.port,
        "http": LimitedHttpProtocol,
        "ws": "none",
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": list(settings.trusted_proxies),
        "timeout_keep_alive": settings.keep_alive_s,
        "timeout_graceful_shutdown": GRACEFUL_S,
        "timeout_worker_healthcheck": START_S,
        "log_config": None,
        "access_log": False,
    }
