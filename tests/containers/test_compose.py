"""`make up` with a real Docker engine: a drawn and labelled digit is still there after restarts.

`make test-containers` runs these tests; `make test` does not. They use their own project name, volume and ports, and
remove them at the end.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.hand import SEVEN, draw, expect_read_as, label_as
from tests.e2e.stack import TOKEN, free_port, wait_until

ROOT = Path(__file__).parents[2]
PROJECT = "slate-test"


class Containers:
    """The compose project of these tests, and HTTP access to its services."""

    def __init__(self) -> None:
        self.ports = {service: free_port() for service in ("inference", "storage", "frontend")}
        self._environment = {
            **os.environ,
            "COMPOSE_PROJECT_NAME": PROJECT,
            "POSTGRES_PASSWORD": "a-password-for-tests",
            "STORAGE_TOKEN": TOKEN,
            **{f"{service.upper()}_PORT": str(port) for service, port in self.ports.items()},
        }

    def compose(self, *arguments: str) -> str:
        ran = subprocess.run(
            ["docker", "compose", *arguments], cwd=ROOT, env=self._environment, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stderr[-4000:]
        return ran.stdout

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def storage(self) -> httpx.Client:
        return httpx.Client(base_url=self.url("storage"), headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10)


@pytest.fixture(scope="module")
def containers() -> Iterator[Containers]:
    project = Containers()
    project.compose("up", "--build", "--detach", "--wait")
    yield project
    project.compose("down", "--volumes")


@pytest.fixture
def page(browser: Browser, containers: Containers) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.goto(containers.url("frontend"))
    page.wait_for_selector("canvas.upper-canvas", timeout=60_000)
    yield page
    page.close()


def test_a_drawn_digit_survives_restarts_of_postgresql_and_of_all_containers(
    page: Page, containers: Containers
) -> None:
    draw(page, SEVEN)
    first = expect_read_as(page, 7)
    label_as(page, 7)
    containers.compose("restart", "postgres")
    wait_until(lambda: httpx.get(containers.url("storage") + "/readyz").is_success, "storage ready again")
    page.locator(".st-key-clear button").click()
    expect(page.get_by_test_id("empty")).to_be_visible()
    draw(page, SEVEN)
    second = expect_read_as(page, 7)

    containers.compose("down")
    containers.compose("up", "--detach", "--wait")
    with containers.storage() as storage:
        assert storage.get(f"/v1/predictions/{first}").json()["label"] == 7
        assert storage.get(f"/v1/predictions/{second}").json()["digit"] == 7
        assert storage.get(f"/v1/predictions/{first}/drawing").content.startswith(b"\x89PNG")


@pytest.mark.parametrize("service", ["storage", "frontend"])
def test_an_image_without_a_model_does_not_contain_torch(containers: Containers, service: str) -> None:
    found = containers.compose(
        "exec", "-T", service, "python", "-c", "from importlib.util import find_spec; print(find_spec('torch'))"
    )
    assert found.strip() == "None"


@pytest.mark.parametrize("service", ["inference", "storage", "frontend"])
def test_a_service_does_not_run_as_root(containers: Containers, service: str) -> None:
    assert containers.compose("exec", "-T", service, "id", "-u").strip() != "0"
