"""The routes that Label Studio calls. Requests and answers are as in its own library for backends, `label-studio-ml`.

That library is not used: its last release on PyPI is of January 2023.
"""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from prometheus_client import CollectorRegistry

from clients.label_studio.label_config import ConfigError, read_config
from clients.label_studio.reading import Reader, TasksToRead
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.web.problems import ProblemError
from shared.web.service import equip_service
from shared.web.settings import ApiServerSettings

MAX_BODY_BYTES = 64 * 1024 * 1024  # tasks may hold their pictures as data URLs
BASIC = HTTPBasic(auto_error=False)


def create_app(settings: ApiServerSettings, reader: Reader, password: str | None) -> FastAPI:
    """`password` is for HTTP basic authentication, with any name; None lets everybody in."""

    async def check_password(sent: Annotated[HTTPBasicCredentials | None, Depends(BASIC)]) -> None:
        given = sent.password if sent else ""
        if password and not hmac.compare_digest(given.encode(), password.encode()):
            raise HTTPException(401, "Wrong or missing password.", {"WWW-Authenticate": "Basic"})

    app = FastAPI(title="Slate for Label Studio", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(make_router(reader), dependencies=[Depends(check_password)])
    equip_service(app, settings=settings, registry=CollectorRegistry(), max_body_bytes=MAX_BODY_BYTES)
    return app


def make_router(reader: Reader) -> APIRouter:
    """The routes. They are no coroutines, because the clients wait, so each request has a thread."""
    router = APIRouter()

    @router.get("/")
    @router.get("/health")
    def health() -> dict[str, str]:
        """Answer as long as the process runs."""
        return {"status": "UP", "model_class": "Slate"}

    @router.post("/setup")
    def setup(project: dict[str, Any]) -> dict[str, str]:
        """Tell the model version. The token of a person that Label Studio sends is neither used nor kept."""
        with _answering():
            read_config(str(project.get("schema", "")))
            return {"model_version": reader.find_version()}

    @router.post("/predict")
    def predict(request: TasksToRead) -> dict[str, Any]:
        """One prediction for each task, in their order."""
        with _answering():
            return {"results": reader.read(request)}

    @router.get("/versions")
    def versions() -> dict[str, list[str]]:
        """The version that answers now."""
        with _answering():
            return {"versions": [reader.find_version()]}

    @router.post("/webhook")
    @router.post("/train")
    async def ignore(request: Request) -> dict[str, str]:
        """Do nothing: Slate learns from the labels in its storage, which `python -m shared.exchange` brings there."""
        del request
        return {"status": "ignored"}

    return router


@contextmanager
def _answering() -> Iterator[None]:
    """Turn the errors of a reader into problems. Label Studio shows them beside the backend."""
    try:
        yield
    except ConfigError as error:
        raise ProblemError("invalid_request", str(error)) from error
    except RefusedError as error:
        raise ProblemError("invalid_request", f"Slate: {error}") from error
    except ServiceUnavailableError as error:
        raise ProblemError("not_ready", str(error)) from error
