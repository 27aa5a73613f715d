"""`make up-tls`: one domain with TLS, nothing else published, and copies of inference of which one may be killed.

The domain is `localhost`, whose certificate the proxy signs itself. CADDY_IMAGE names another image of Caddy.
"""

import base64
import os
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import httpx
import pytest
from playwright.sync_api import Browser, expect

from services.frontend.content_policy import write_policy
from shared.contracts.examples import SEVEN_PNG
from shared.web.service import OWN_FRAMES_ONLY
from tests.containers.project import ROOT, Project
from tests.e2e.hand import SEVEN, draw, expect_read_as
from tests.e2e.stack import free_port

FILES = ("docker-compose.yml", "docker-compose.tls.yml")
SETTINGS = {
    "COMPOSE_FILE": os.pathsep.join(FILES),
    "INFERENCE_MAX_WAIT_S": "60",  # so that a slow machine answers late and not with 503
}
PNG = base64.b64decode(SEVEN_PNG)
COPIES = 3
CALLERS = 8
ASK = """
import socket, ssl
tls = ssl._create_unverified_context()
raw = tls.wrap_socket(socket.create_connection(("proxy", 443)), server_hostname="localhost")
raw.sendall(b"GET /api/v1/models HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n")
print(raw.recv(100).split()[1].decode())
"""


class Site(NamedTuple):
    """The containers behind their proxy."""

    project: Project
    http_port: int
    https_port: int

    @property
    def url(self) -> str:
        return f"https://localhost:{self.https_port}"

    def open(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, verify=False, timeout=60)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    http, https = free_port(), free_port()
    ports = {"SLATE_HTTP_PORT": str(http), "SLATE_HTTPS_PORT": str(https)}
    project = Project("slate-test-tls").with_settings(SETTINGS | ports)
    try:
        project.compose("up", "--build", "--detach", "--wait")
        project.compose("up", "--detach", "--wait", "--scale", f"inference={COPIES}")  # while the others run
        yield Site(project, http, https)
    finally:
        project.remove()


@pytest.fixture
def client(site: Site) -> Iterator[httpx.Client]:
    with site.open() as client:
        yield client


def test_the_page_reads_a_drawing_through_the_proxy(site: Site, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 1000}, ignore_https_errors=True)
    page.goto(site.url)
    page.wait_for_selector("canvas.upper-canvas", timeout=60_000)
    draw(page, SEVEN)
    expect_read_as(page, 7)
    page.goto(f"{site.url}/api")  # the page with this name, beside the paths of inference
    expect(page.get_by_text("https://localhost/api/v1/predict").first).to_be_attached(timeout=60_000)
    page.close()


def test_only_the_proxy_is_published(site: Site) -> None:
    form = "{{.Service}} {{range .Publishers}}{{.PublishedPort}} {{end}}"
    published = {
        line.split()[0]: {*line.split()[1:]} - {"0"}
        for line in site.project.compose("ps", "--format", form).splitlines()
    }
    assert {"storage", "postgres", "inference", "frontend"} <= published.keys()
    assert {service for service, ports in published.items() if ports} == {"proxy"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/api/v1/models", 200),
        ("/api/docs", 200),
        ("/metrics", 404),
        ("/api/metrics", 404),
        ("/_stcore/metrics", 404),
    ],
)
def test_visitors_get_the_page_and_the_api_but_no_metrics(client: httpx.Client, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def test_an_answer_has_the_headers_of_a_site_with_tls(site: Site, client: httpx.Client) -> None:
    page, api = client.get("/").headers, client.get("/api/v1/models").headers
    for headers in (page, api):
        assert headers["Strict-Transport-Security"].startswith("max-age=")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Server" not in headers
    assert page["Content-Security-Policy"] == write_policy("https://localhost/api")
    assert api["Content-Security-Policy"] == OWN_FRAMES_ONLY
    redirect = httpx.get(f"http://localhost:{site.http_port}/")
    assert redirect.headers["Location"].startswith("https://localhost/")


def test_the_description_of_the_api_names_its_path(client: httpx.Client) -> None:
    assert client.get("/api/openapi.json").json()["servers"] == [{"url": "/api"}]


def test_a_file_of_32_mb_reaches_the_page(client: httpx.Client) -> None:
    """The page then refuses it because there is no such session."""
    client.get("/_stcore/health").raise_for_status()  # sets the cookie against requests of other sites
    token = {"X-Xsrftoken": client.cookies["_streamlit_xsrf"]}
    files = {"file": ("a.png", b"\0" * 32_000_000, "image/png")}
    answer = client.put("/_stcore/upload_file/nobody/nothing", files=files, headers=token)
    assert (answer.status_code, "session" in answer.text) == (400, True)


def test_a_body_that_is_too_large_is_refused_by_inference_with_a_reason(client: httpx.Client) -> None:
    answer = client.post("/api/v1/predict", content=b"\0" * 18_000_000, headers={"Content-Type": "image/png"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(("name", "status"), [("localhost", 200), ("stranger.example", None)])
def test_the_proxy_answers_for_its_own_domain_only(client: httpx.Client, name: str, status: int | None) -> None:
    answer = client.get("/api/v1/models", headers={"Host": name})
    assert answer.status_code == status if status else "models" not in answer.text


class Caller(threading.Thread):
    """Asks for predictions one after another until it is told to stop, and counts the answers."""

    def __init__(self, site: Site, stop: threading.Event) -> None:
        super().__init__()
        self.site = site
        self.stop = stop
        self.answers: Counter[str] = Counter()

    def run(self) -> None:
        with self.site.open() as client:
            while not self.stop.is_set():
                self.answers[self._ask(client)] += 1

    def _ask(self, client: httpx.Client) -> str:
        try:
            answer = client.post("/api/v1/predict", files={"file": ("7.png", PNG, "image/png")})
        except httpx.TransportError as error:
            return type(error).__name__
        return f"{answer.status_code} {answer.json().get('digit')}"


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_a_copy_that_ends_under_load_costs_no_request(site: Site, how: str) -> None:
    version = site.project.compose("exec", "-T", "proxy", "caddy", "version")
    if how == "kill" and version.startswith("2.6"):
        pytest.skip(
            f"Caddy {version.strip()} cannot ask another copy again after it has sent the body to the first one"
        )
    stop = threading.Event()
    callers = [Caller(site, stop) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    copy = site.project.compose("ps", "--quiet", "inference").split()[0]
    try:
        time.sleep(3)
        subprocess.run(["docker", how, copy], cwd=ROOT, check=True, capture_output=True)
        before = sum(sum(caller.answers.values()) for caller in callers)
        time.sleep(6)
    finally:
        stop.set()
        for caller in callers:
            caller.join()
        site.project.compose("up", "--detach", "--wait", "--scale", f"inference={COPIES}")
    answers: Counter[str] = sum((caller.answers for caller in callers), Counter())
    assert answers.keys() == {"200 7"}, answers
    assert answers.total() > before + CALLERS  # the others go on


def test_limits_of_rate_see_the_visitor_and_not_the_proxy(site: Site) -> None:
    limited = site.project.with_settings({"INFERENCE_RATE_LIMIT": "3/hour"})
    limited.compose("up", "--detach", "--wait", "--scale", "inference=1")
    with site.open() as here:
        assert [here.get("/api/v1/models").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert limited.compose("exec", "-T", "storage", "python", "-c", ASK).strip() == "200"


def test_both_files_are_those_of_make_up_tls() -> None:
    printed = subprocess.run(["make", "-n", "up-tls"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert f"-f {FILES[0]} -f {FILES[1]} up " in " ".join(printed.split())
