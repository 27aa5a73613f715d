"""Adds /docs: Swagger UI from the package fastapi-swagger, because FastAPI's own page loads it from the internet."""

from importlib import resources

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import Response

DOCS = "/docs"
SCRIPT, STYLE, ICON = (f"{DOCS}/{name}" for name in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png"))
MEDIA_TYPES = {SCRIPT: "text/javascript", STYLE: "text/css", ICON: "image/png"}


def add_docs(app: FastAPI) -> None:
    """Add the page and its files. Their addresses begin with the root path."""

    async def show_docs(request: Request) -> Response:
        root = request.scope.get("root_path", "")
        return get_swagger_ui_html(
            openapi_url=f"{root}{app.openapi_url}",
            title=app.title,
            swagger_js_url=root + SCRIPT,
            swagger_css_url=root + STYLE,
            swagger_favicon_url=root + ICON,
        )

    app.add_route(DOCS, show_docs, include_in_schema=False)
    for path in MEDIA_TYPES:
        app.add_route(path, send_file, include_in_schema=False)


def send_file(request: Request) -> Response:
    """Send one file of the package. It is no coroutine, so Starlette reads the file in a thread."""
    path = request.scope["path"]
    content = resources.files("fastapi_swagger.resources").joinpath(path.rpartition("/")[2]).read_bytes()
    return Response(content, media_type=MEDIA_TYPES[path], headers={"Cache-Control": "public, max-age=86400"})
