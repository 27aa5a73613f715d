"""HEAD, OPTIONS and wrong methods, and the page of the API."""

import re

import httpx
import pytest
from starlette.types import Message

from shared.web.api_docs import OPENAPI, SCRIPT
from tests.integration.web.server import make_app


def test_head_is_answered_like_get_without_a_body(url: str) -> None:
    for path in ("/", "/readyz", "/slow", "/openapi.json", "/docs", "/metrics"):
        answer = httpx.head(url + path)
        assert (answer.status_code, answer.content) == (200, b"")
    assert httpx.head(url).headers["content-length"] == httpx.get(url).headers["content-length"]
    assert 'method="HEAD",route="/slow",status="200"' in httpx.get(f"{url}/metrics").text


def test_a_wrong_method_is_told_every_method_of_the_address(url: str) -> None:
    answer = httpx.delete(url)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST, PUT"


def test_options_lists_every_method_of_the_address(url: str) -> None:
    answer = httpx.options(url)
    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST, PUT")
    assert httpx.options(f"{url}/nothing").status_code == 404


def test_the_page_of_the_api_needs_no_other_server(url: str) -> None:
    page = httpx.get(f"{url}/docs").text
    for address in re.findall(r'(?:src|href)="([^"]*)"', page):
        assert address.startswith("/docs/")
        file = httpx.get(url + address)
        assert file.is_success
        assert len(file.content) > 100
    assert "https://" not in page


@pytest.mark.parametrize("path", [OPENAPI, SCRIPT])
async def test_what_never_changes_is_made_once_and_not_for_every_request(path: str) -> None:
    app, bodies = make_app(), []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        bodies.append(message.get("body"))

    for _ in range(2):
        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
        await app(scope, receive, send)
    (_, first, _, second) = bodies
    assert first
    assert first is second
