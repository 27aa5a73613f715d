"""`python -m services.frontend` serves the page with the settings of the environment.

The page is Streamlit's ASGI app. It gets the limits that every service has, and the same addresses for probes.
`.streamlit/config.toml` and the variables STREAMLIT_... configure the page itself.
"""

from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.frontend.settings import Settings
from shared.web.request_body import RequestBodyLimits
from shared.web.service import make_guards, serve

SCRIPT = Path(__file__).with_name("app.py")
MULTIPART_BYTES = 1024 * 1024  # around an uploaded file, as Streamlit allows it
PING_S = 30.0  # Streamlit's own values, see server.websocketPingInterval
WEBSOCKET_BYTES = 16 * 1024 * 1024  # of one message from a browser; a drawing takes less than 1 MiB


def create_app(settings: Settings) -> st.App:
    """The page, and /healthz and /readyz, which are no part of `server.baseUrlPath`."""
    upload_bytes = st.get_option("server.maxUploadSize") * 1024 * 1024
    return st.App(
        SCRIPT,
        routes=[Route("/healthz", report_alive), Route("/readyz", report_ready)],
        middleware=make_guards(settings, RequestBodyLimits(upload_bytes + MULTIPART_BYTES)),
    )


async def report_alive(_request: Request) -> Response:
    """Answer 200 while the process runs."""
    return JSONResponse({"status": "alive"})


async def report_ready(_request: Request) -> Response:
    """Answer 200. The server listens only after Streamlit has started."""
    return JSONResponse({"status": "ready"})


if __name__ == "__main__":
    settings = Settings()
    serve(
        create_app(settings),
        settings,
        ws="auto",
        ws_max_size=WEBSOCKET_BYTES,
        ws_ping_interval=st.get_option("server.websocketPingInterval") or PING_S,
        ws_ping_timeout=PING_S,
        ws_per_message_deflate=st.get_option("server.enableWebsocketCompression"),
    )
