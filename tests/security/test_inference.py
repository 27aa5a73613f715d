"""With API keys set, every route of inference needs a key, unless it is in the table of open ones. None asks others."""

import hashlib
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from services.inference.api_key import ApiKey
from services.inference.app import create_app
from services.inference.settings import Settings
from shared.web.open_paths import OPEN_PATHS
from tests.integration.inference.conftest import MODELS, serve

KEY = "a key"
OPEN = {"/healthz", "/readyz", "/v2/health/live", "/v2/health/ready", "/metrics", "/openapi.json", "/docs"}
SETTINGS = Settings(models_dir=MODELS, api_keys=(ApiKey("lab", hashlib.sha256(KEY.encode()).digest()),))


def list_routes() -> set[tuple[str, str]]:
    """The method and address of every route, found in the app itself."""
    routes = iter_route_contexts(create_app(SETTINGS).routes)
    return {(method, route.path) for route in routes for method in set(route.methods or ()) - {"HEAD"}}


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async for client in serve(SETTINGS):
        yield client


def test_the_open_addresses_are_those_of_the_table_and_the_files_of_the_docs() -> None:
    files = {path for path in OPEN_PATHS if path.startswith("/docs/")}
    assert OPEN | files == OPEN_PATHS
    assert {path for _, path in list_routes()} >= OPEN | {"/v1/predict", "/v1/read", "/v1/inside", "/v1/models"}


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "another"}, {"Authorization": "Basic a2V5"}, {"X-API-Key": ""}])
async def test_every_other_route_refuses_a_caller_without_a_key(client, headers: dict[str, str]) -> None:
    walked = 0
    for method, path in list_routes():
        if path in OPEN_PATHS:
            continue
        answer = await client.request(
            method, path.format(name="cnn", version="1"), content=b"{not json", headers=headers
        )
        assert answer.status_code == (403 if headers.get("X-API-Key") else 401), (method, path)
        walked += 1
    assert walked >= 8


async def test_the_same_routes_answer_a_caller_with_a_key(client) -> None:
    for method, path in list_routes():
        answer = await client.request(method, path.format(name="cnn", version="1"), headers={"X-API-Key": KEY})
        assert answer.status_code not in (401, 403), (method, path)


async def test_an_address_that_is_written_in_another_way_is_not_open(client) -> None:
    for path in (
        "/v1//models",
        "//v1/models",
        "/v1/models/",
        "/V1/models",
        "/healthz/../v1/models",
        "/docs/../v1/models",
    ):
        assert (await client.get(path)).status_code in (401, 404), path
        assert (await client.get(path)).status_code != 200


@pytest.mark.parametrize("place", ["image", "images", "model"])
async def test_an_address_in_a_request_is_never_asked(client, place: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/a.png"
        query = {"model": f"openai/{url}"} if place == "model" else {}
        body = {"images": [url]} if place == "images" else {"image": url}
        path = "/v1/predict/batch" if place == "images" else "/v1/predict"
        answer = await client.post(path, json=body, params=query, headers={"X-API-Key": KEY})
        assert answer.status_code in (200, 404, 422)  # a batch answers each entry with its own problem
        with pytest.raises(BlockingIOError):  # nobody has connected
            server.accept()
