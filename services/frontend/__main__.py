"""`python -m services.frontend` serves the page with the settings of the environment.

The page is Streamlit's ASGI app. It gets the limits that every service has, and the same addresses for probes.
Streamlit's own options come from `.streamlit/config.toml`, the variables STREAMLIT_... and the command line, as with
`streamlit run`.
"""

import json
from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click
import streamlit as st
from prometheus_client import CollectorRegistry
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from streamlit.web.bootstrap import load_config_options
from streamlit.web.cli import configurator_options

from services.frontend.browser_cookies import BROWSER_HEADER, BrowserCookies
from services.frontend.content_policy import write_policy
from services.frontend.first_load.kept_files import KeptFiles
from services.frontend.first_load.page_head import PageHead
from services.frontend.settings import Settings
from services.frontend.streamlit_metrics import StreamlitMetrics
from services.frontend.upload_room import UploadRoom
from shared.web.metrics import METRICS, RequestMetrics, answer_metrics
from shared.web.request_body import RequestBodyLimits
from shared.web.request_id import accept_request_ids
from shared.web.service import make_guards, serve
from shared.web.tracing import start_tracing, trace_calls

SCRIPT = Path(__file__).with_name("app.py")
SESSION_PATH = "/session"  # where sign_ins.py exchanges tickets for cookies
MULTIPART_BYTES = 1024 * 1024  # around an uploaded file, as Streamlit allows it
PING_S = 30.0  # Streamlit's own value
WEBSOCKET_BYTES = 16 * 1024 * 1024  # of one message from a browser; a drawing takes less than 1 MiB


@click.command()
@configurator_options
def main(**streamlit_options: Any) -> None:
    """Serve the page until a signal stops it."""
    settings = Settings()
    fixed = {
        "server_address": settings.host,
        "server_port": settings.port,
        "server_trustedUserHeaders": json.dumps({BROWSER_HEADER: "browser"}),  # browser_cookies.py says why
    }
    load_config_options(streamlit_options | fixed)
    serve(
        create_app(settings),
        settings,
        policy=write_policy(settings.api_address),
        ws="auto",
        ws_max_size=WEBSOCKET_BYTES,
        ws_ping_interval=st.get_option("server.websocketPingInterval") or PING_S,
        ws_ping_timeout=PING_S,
        ws_per_message_deflate=st.get_option("server.enableWebsocketCompression"),
    )


def create_app(settings: Settings) -> st.App:
    """The page, and /healthz and /readyz, which are no part of `server.baseUrlPath`."""
    upload_bytes = st.get_option("server.maxUploadSize") * 1024 * 1024
    path = "/" + st.get_option("server.baseUrlPath").strip("/")

    # Imported after the start, because Streamlit's caches warn if they are built before its runtime.
    def issue_token(browser: str, earlier: str) -> str | None:
        from services.frontend.connections import issue_visitor_token

        return issue_visitor_token(browser, earlier)

    async def take_ticket(request: Request) -> Response:
        from services.frontend.connections import connect

        return await connect().sign_ins.answer(request, path)

    registry = CollectorRegistry()

    def measure(request: Request) -> Response:  # no coroutine: reading the metrics takes a moment
        return answer_metrics(request, registry)

    def show_fault(error: Exception) -> bool:
        from services.frontend.metrics import show_fault

        return show_fault(error)

    tracing = start_tracing("slate-frontend")
    trace_calls()
    return st.App(
        SCRIPT,
        routes=[
            Route("/healthz", report_alive),
            Route("/readyz", report_ready),
            Route(METRICS, measure),
            Route(path.rstrip("/") + SESSION_PATH, take_ticket, methods=["POST"]),
        ],
        lifespan=partial(connecting, registry=registry, settings=settings),
        on_script_error=show_fault,
        middleware=[
            Middleware(RequestMetrics, registry=registry),
            accept_request_ids(),
            *tracing,
            *make_guards(settings, RequestBodyLimits(upload_bytes + MULTIPART_BYTES)),
            Middleware(StreamlitMetrics),
            Middleware(UploadRoom, largest=upload_bytes),
            Middleware(BrowserCookies, issue_token=issue_token, path=path),
            Middleware(PageHead),
            Middleware(KeptFiles, path=path),
        ],
    )


@asynccontextmanager
async def connecting(_app: st.App, registry: CollectorRegistry, settings: Settings) -> AsyncIterator[None]:
    """Connect at the start, so that the outbox sends what an earlier process left, also if nobody opens the page.

    In a thread, because it reads the files of the outbox.
    """
    from services.frontend.connections import connect
    from services.frontend.metrics import register_metrics

    await to_thread(connect)
    register_metrics(registry, settings)
    yield


async def report_alive(_request: Request) -> Response:
    """Answer 200 while the process runs."""
    return JSONResponse({"status": "alive"})


async def report_ready(_request: Request) -> Response:
    """Answer 200. The server listens only after Streamlit and the outbox have started."""
    return JSONResponse({"status": "ready"})


if __name__ == "__main__":
    main()
