"""/docs of both services in a browser that reaches nothing but the service, at its own address and under a path."""

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, expect

from services.inference.app import create_app as create_inference
from services.inference.settings import Settings as InferenceSettings
from services.storage.app import create_app as create_storage
from services.storage.settings import Settings as StorageSettings
from tests.integration.clients.listening import listening
from tests.integration.inference.conftest import MODELS
from tests.network import CLOSED_PORT

pytestmark = pytest.mark.browser


def make_app(service: str, root_path: str) -> FastAPI:
    if service == "inference":
        return create_inference(InferenceSettings(models_dir=MODELS, root_path=root_path))
    nowhere = f"postgresql://nobody@127.0.0.1:{CLOSED_PORT}/nothing"
    return create_storage(StorageSettings(database_url=nowhere, token="a token", root_path=root_path))


@pytest.mark.parametrize("path", ["", "/slate/service"])
@pytest.mark.parametrize(("service", "operation"), [("inference", "/v1/predict"), ("storage", "/v1/statistics")])
def test_the_docs_need_no_internet(browser: Browser, service: str, operation: str, path: str) -> None:
    with listening(make_app(service, path)) as address:
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}{path}/docs")
        expect(page.get_by_role("link", name=operation, exact=True)).to_be_visible()
        assert [url for url in asked if not url.startswith((f"{address}{path}/", "data:"))] == []
        page.close()
