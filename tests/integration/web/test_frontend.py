"""The page as a real process: it has the limits of the other services, and Streamlit's own parts work behind them."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.e2e.stack import free_port, wait_until
from tests.integration.web.server import ask
from tests.integration.web.test_stopping import get_status

ROOT = Path(__file__).parents[3]
STATIC = ROOT / "services" / "frontend" / "static"


@contextmanager
def running_frontend(*options: str, port: int | None = None, **settings: str) -> Iterator[str]:
    """The options are Streamlit's."""
    port = port or free_port()
    environment = os.environ | {"FRONTEND_PORT": str(port)} | settings
    process = subprocess.Popen([sys.executable, "-m", "services.frontend", *options], env=environment, cwd=ROOT)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: get_status(url) == 200, "the frontend is ready")
        yield url
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def page() -> Iterator[str]:
    with running_frontend() as url:
        yield url


def open_websocket(url: str, path: str = "/_stcore/stream", **headers: str) -> None:
    address = url.replace("http://", "ws://") + path
    with connect(address, additional_headers=headers, subprotocols=["streamlit"], proxy=None):  # type: ignore[list-item]
        pass


def test_the_page_its_parts_and_its_probes_are_served(page: str) -> None:
    for path in ("/", "/history", "/_stcore/health", "/healthz", "/readyz"):
        assert httpx.get(page + path).status_code == 200


@pytest.mark.parametrize("path", ["/", "/history"])
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_the_page_has_its_title_and_styles_before_the_first_run(page: str, path: str, encoding: str) -> None:
    answer = httpx.get(page + path, headers={"Accept": "text/html", "Accept-Encoding": encoding})
    assert answer.headers.get("content-encoding", "identity") == encoding
    assert "<title>Slate</title>" in answer.text
    assert answer.text.index("--accent:") > answer.text.index("<body>")
    assert "etag" not in answer.headers


def test_every_script_that_the_page_asks_for_early_is_there(page: str) -> None:
    html = httpx.get(page, headers={"Accept": "text/html"}).text
    paths = re.findall(r'<link rel="modulepreload" crossorigin href="\.([^"]+)"', html)
    assert any("/Html." in path for path in paths)
    assert len(paths) == len(set(paths))
    assert all("javascript" in httpx.get(page + path).headers["content-type"] for path in paths)


def test_the_scripts_of_the_page_come_compressed_and_may_be_kept(page: str) -> None:
    html = httpx.get(page, headers={"Accept": "text/html"}).text
    path = re.findall(r'src="\.(/static/js/index\.[^"]+)"', html)[0]
    plain = httpx.get(page + path, headers={"Accept-Encoding": "identity"})
    for _ in range(2):  # the first is compressed, the second was kept
        small = httpx.get(page + path, headers={"Accept-Encoding": "gzip"})
        assert (small.headers["content-encoding"], small.headers["vary"]) == ("gzip", "Accept-Encoding")
        assert "immutable" in small.headers["cache-control"]
        assert int(small.headers["content-length"]) < len(plain.content) / 2
        assert small.content == plain.content


def test_the_fonts_of_streamlit_are_ours(page: str) -> None:
    html = httpx.get(page, headers={"Accept": "text/html"}).text
    path = re.findall(r'href="\.(/static/media/SourceSans[^"]+)"', html)[0]
    assert httpx.get(page + path, headers={"Accept-Encoding": "gzip"}).content == (STATIC / "inter.woff2").read_bytes()


def test_a_missing_script_is_not_kept(page: str) -> None:
    answer = httpx.get(f"{page}/static/js/missing.js", headers={"Accept-Encoding": "gzip"})
    assert "immutable" not in answer.headers["cache-control"]


def test_a_websocket_opens(page: str) -> None:
    open_websocket(page, Origin=page)


def test_a_websocket_under_a_strangers_name_is_refused(page: str) -> None:
    port = page.rpartition(":")[2]
    stranger = f"evil.example:{port}"
    with pytest.raises(InvalidStatus) as refused:
        open_websocket(page, Host=stranger, Origin=f"http://{stranger}")
    assert refused.value.response.status_code in (400, 403)


def test_long_headers_are_refused(page: str) -> None:
    assert ask(page, b"GET / HTTP/1.1\r\nHost: localhost\r\nA: " + b"a" * 70_000).status == 431


def test_an_offered_upgrade_is_ignored(page: str) -> None:
    offer = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    assert ask(page, offer).status == 200


def test_the_page_can_be_published_under_a_path() -> None:
    with running_frontend(STREAMLIT_SERVER_BASE_URL_PATH="slate") as url:
        for path in ("/slate/", "/slate/_stcore/health", "/readyz"):
            assert httpx.get(url + path, follow_redirects=True).status_code == 200
        open_websocket(url, "/slate/_stcore/stream", Origin=url)
