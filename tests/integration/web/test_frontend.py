"""The page as a real process: it has the limits of the other services, and Streamlit's own parts work behind them."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
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
get = partial(httpx.get, timeout=60)


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
        assert get(page + path).status_code == 200


@pytest.mark.parametrize("path", ["/", "/history"])
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_the_page_has_its_title_and_styles_before_the_first_run(page: str, path: str, encoding: str) -> None:
    answer = get(page + path, headers={"Accept": "text/html", "Accept-Encoding": encoding})
    assert answer.headers.get("content-encoding", "identity") == encoding
    assert "<title>Slate</title>" in answer.text
    assert answer.text.index("--accent:") > answer.text.index("<body>")
    assert "etag" not in answer.headers


def test_every_script_that_the_page_asks_for_early_is_there(page: str) -> None:
    html = get(page, headers={"Accept": "text/html"}).text
    paths = re.findall(r'<link rel="modulepreload" crossorigin href="\.([^"]+)"', html)
    assert any("/Html." in path for path in paths)
    assert len(paths) == len(set(paths))
    assert all("javascript" in get(page + path).headers["content-type"] for path in paths)


def test_the_scripts_of_the_page_come_compressed_and_may_be_kept(page: str) -> None:
    html = get(page, headers={"Accept": "text/html"}).text
    path = re.findall(r'src="\.(/static/js/index\.[^"]+)"', html)[0]
    plain = get(page + path, headers={"Accept-Encoding": "identity"})
    for _ in range(2):  # the first is compressed, the second was kept
        small = get(page + path, headers={"Accept-Encoding": "gzip"})
        assert (small.headers["content-encoding"], small.headers["vary"]) == ("gzip", "Accept-Encoding")
        assert "immutable" in small.headers["cache-control"]
        assert int(small.headers["content-length"]) < len(plain.content) / 2
        assert small.content == plain.content


def test_the_fonts_of_streamlit_are_ours(page: str) -> None:
    html = get(page, headers={"Accept": "text/html"}).text
    path = re.findall(r'href="\.(/static/media/SourceSans[^"]+)"', html)[0]
    assert get(page + path, headers={"Accept-Encoding": "gzip"}).content == (STATIC / "inter.woff2").read_bytes()


def test_a_missing_script_is_not_kept(page: str) -> None:
    answer = get(f"{page}/static/js/missing.js", headers={"Accept-Encoding": "gzip"})
    assert "immutable" not in answer.headers["cache-control"]


@pytest.mark.parametrize("spelling", ["/static//js/", "/static/%2E/js/"])
def test_another_spelling_of_a_script_is_not_kept(page: str, spelling: str) -> None:
    """Otherwise the memory would hold a copy for each, and there is no end of them."""
    html = get(page, headers={"Accept": "text/html"}).text
    path = re.findall(r'src="\.(/static/js/index\.[^"]+)"', html)[0].replace("/static/js/", spelling)
    answer = get(page + path, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers


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


@pytest.mark.parametrize("path", ["/metrics", "/_stcore/metrics"])
@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_metrics_are_not_there_for_a_request_that_a_proxy_passed_on(page: str, path: str, header: str) -> None:
    assert get(page + path).status_code == 200
    assert get(page + path, headers={header: "for=192.0.2.1"}).status_code == 404


def test_each_metric_of_the_page_is_there_once(page: str) -> None:
    names = re.findall(r"# HELP (\S+)", get(f"{page}/metrics").text)
    assert {"slate_outbox_predictions", "slate_page_faults_total"} <= set(names)
    assert len(names) == len(set(names))


def test_the_page_can_be_published_under_a_path() -> None:
    with running_frontend(STREAMLIT_SERVER_BASE_URL_PATH="slate") as url:
        beyond = {"X-Forwarded-For": "192.0.2.1"}
        assert get(f"{url}/slate/_stcore/metrics", headers=beyond).status_code == 404
        for path in ("/slate/", "/slate/_stcore/health", "/readyz"):
            assert get(url + path, follow_redirects=True).status_code == 200
        open_websocket(url, "/slate/_stcore/stream", Origin=url)


@pytest.mark.parametrize("path", ["/", "/readyz", "/_stcore/health", "/_stcore/stream", "/nothing", "/static/../x"])
def test_every_answer_tells_the_browser_what_the_page_may_load_and_who_may_show_it(page: str, path: str) -> None:
    headers = get(page + path, headers={"Accept": "text/html"}).headers
    policy = dict(each.strip().split(" ", 1) for each in headers["content-security-policy"].split(";"))
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'self'"
    assert policy["object-src"] == "'none'"
    addresses = [
        source for sources in policy.values() for source in sources.split() if "http" in source or "*" in source
    ]
    assert addresses == ["http://127.0.0.1:8001"]  # inference, which the programs of the API page call


# Whoever can reach the page may use these addresses without a session. None tells anything about a visitor.
OPEN = {
    ("GET", "/_stcore/health"): 200,
    ("GET", "/_stcore/host-config"): 200,
    ("GET", "/_stcore/metrics"): 200,
    ("GET", "/_stcore/agent/openapi.json"): 200,
    ("GET", "/media/0123456789abcdef.png"): 404,
    ("GET", "/component/none/index.html"): 404,
    ("GET", "/docs"): 200,  # as every address without a meaning: the page
    ("GET", "/_stcore/script-health-check"): 200,
    ("GET", "/app/static/slate.svg"): 200,
    ("GET", "/session"): 200,
    ("GET", "/openapi.json"): 200,
    ("GET", "/metrics"): 200,
    ("POST", "/_stcore/agent/interact"): 403,
    ("POST", "/_stcore/agent/mcp"): 400,
    ("POST", "/session"): 403,
    ("PUT", "/_stcore/upload_file/session/file"): 403,
    ("DELETE", "/_stcore/upload_file/session/file"): 403,
    ("POST", "/"): 405,
    ("DELETE", "/history"): 405,
}


@pytest.mark.parametrize(("method", "path"), OPEN)
def test_the_addresses_of_the_page_answer_a_stranger_as_in_the_table(page: str, method: str, path: str) -> None:
    answer = httpx.request(method, page + path, headers={"Origin": "http://evil.example"}, json={}, timeout=60)
    assert answer.status_code == OPEN[method, path]
    assert answer.headers.get("access-control-allow-origin") in (None, page.replace("127.0.0.1", "localhost"))
    assert "slate_" not in answer.headers.get("set-cookie", "")


def test_what_changes_something_needs_the_token_that_only_the_page_itself_can_read(page: str) -> None:
    path = f"{page}/_stcore/upload_file/session/file"
    cookies = dict(get(f"{page}/_stcore/health").cookies)
    written = "; ".join(f"{name}={value}" for name, value in cookies.items())
    for headers in ({}, {"Cookie": written}, {"X-Xsrftoken": next(iter(cookies.values()))}):
        assert httpx.put(path, files={"file": b"x"}, headers=headers, timeout=60).status_code == 403
    both = {"Cookie": written, "X-Xsrftoken": cookies["_streamlit_xsrf"]}
    answer = httpx.put(path, files={"file": b"x"}, headers=both, timeout=60)
    assert (answer.status_code, "session" in answer.text) == (400, True)  # it is asked which session that is


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1.evil.example"])
def test_a_websocket_of_another_origin_is_refused(page: str, origin: str) -> None:
    with pytest.raises(InvalidStatus):
        open_websocket(page, Origin=origin)


@pytest.mark.parametrize(
    "path",
    ["//evil.example/", "//evil.example/%2f..", "/\\evil.example", "/%2f%2fevil.example", "/..%2f..%2fetc/passwd"],
)
def test_no_address_leads_to_another_site_or_out_of_the_folder(page: str, path: str) -> None:
    answer = ask(page, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    assert "evil.example" not in answer.headers.get("location", "")
    assert b"root:" not in answer.body


def test_a_hostile_cookie_stays_inside_its_own_header(page: str) -> None:
    for value in ('"a\\012Set-Cookie: b=c"', '"a\\015\\012\\015\\012<html>"', "a" * 6000, '"\\000"', "\xff;x"):
        sent = [(b"Accept", b"text/html"), (b"Cookie", b"slate_browser=" + value.encode("latin-1"))]
        answer = get(page, headers=sent)
        assert answer.status_code in (200, 431)
        names = [each.partition("=")[0] for each in answer.headers.get_list("set-cookie")]
        assert set(names) <= {"slate_browser", "slate_visitor", "_streamlit_xsrf"}
        assert len(answer.headers.get("set-cookie", "")) < 500
