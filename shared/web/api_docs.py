"""Adds /docs and /openapi.json, in place of FastAPI's own.

The page is Swagger UI from the package fastapi-swagger, because FastAPI's page loads it from the internet. The
description and the files never change while the service runs, so they are made once and not for every request.
"""

from functools import cache
from importlib import resources

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

OPENAPI = "/openapi.json"
DOCS = "/docs"
SCRIPT, STYLE, ICON = (f"{DOCS}/{name}" for name in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png"))
MEDIA_TYPES = {SCRIPT: "text/javascript", STYLE: "text/css", ICON: "image/png"}


def add_docs(app: FastAPI) -> None:
    """Add the page, its files and the description. Their addresses begin with the root path."""

    @cache
    def render(root: str) -> bytes:
        servers = {"servers": [{"url": root}]} if root else {}
        return bytes(JSONResponse(app.openapi() | servers).body)

    def describe(request: Request) -> Response:  # no coroutine: making it takes up to a second
        return Response(render(request.scope.get("root_path", "")), media_type="application/json")

    async def show_docs(request: Request) -> Response:
        root = request.scope.get("root_path", "")
        return get_swagger_ui_html(
            openapi_url=root + OPENAPI,
            title=app.title,
            swagger_js_url=root + SCRIPT,
            swagger_css_url=root + STYLE,
            swagger_favicon_url=root + ICON,
        )

    app.add_route(DOCS, show_docs, include_in_schema=False)
    app.add_route(OPENAPI, describe, include_in_schema=False)
    for path in MEDIA_TYPES:
        app.add_route(path, send_file, include_in_schema=False)


def send_file(request: Request) -> Response:
    """Send one file of the package. It is no coroutine, so Starlette reads the file in a thread."""
    path = request.scope["path"]
    content = read_file(path.rpartition("/")[2])
    return Response(content, media_type=MEDIA_TYPES[path], headers={"Cache-Control": "public, max-age=86400"})


@cache
def read_file(name: str) -> bytes:
    """Read a file of the package."""
    return resources.files("fastapi_swagger.resources").joinpath(name).read_bytes()
