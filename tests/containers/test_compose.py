"""`make up` with a real Docker engine: a drawn and labelled digit is still there after restarts.

`make test-containers` runs these tests; `make test` does not. They use project names, volumes and ports of their own,
and remove them at the end.
"""

import json
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.containers.project import PAGE_TOKEN, Project
from tests.e2e.hand import SEVEN, draw, expect_read_as, label_as
from tests.e2e.stack import wait_until

SERVICES = ("inference", "storage", "frontend")


@pytest.fixture
def page(browser: Browser, containers: Project) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.goto(containers.url("frontend"))
    page.wait_for_selector("canvas.upper-canvas", timeout=60_000)
    yield page
    page.close()


def test_a_drawn_digit_survives_restarts_of_postgresql_and_of_all_containers(page: Page, containers: Project) -> None:
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


def test_storage_uses_its_own_role_and_the_page_has_no_other_right_than_to_ask_for_tokens(containers: Project) -> None:
    query = "SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name = 'slate-storage'"
    found = containers.compose("exec", "-T", "postgres", "psql", "-U", "slate", "-d", "slate", "-Atc", query)
    assert found.split() == ["slate_service"]
    headers = {"Authorization": f"Bearer {PAGE_TOKEN}"}
    assert httpx.get(containers.url("storage") + "/v1/me", headers=headers).json()["scopes"] == ["visitors"]
    token = containers.compose("exec", "-T", "frontend", "cat", "/run/secrets/frontend_storage_token")
    assert token.strip() == PAGE_TOKEN


def test_the_password_of_the_curator_is_printed_once(containers: Project) -> None:
    command = ("exec", "-T", "storage", "python", "-m", "services.storage.curator", "--quiet")
    assert [bool(containers.compose(*command).strip()) for _ in range(2)] == [True, False]


@pytest.mark.parametrize("service", ["storage", "frontend"])
def test_an_image_without_a_model_does_not_contain_torch(containers: Project, service: str) -> None:
    found = containers.compose(
        "exec", "-T", service, "python", "-c", "from importlib.util import find_spec; print(find_spec('torch'))"
    )
    assert found.strip() == "None"


@pytest.mark.parametrize("service", [*SERVICES, "postgres"])
def test_a_container_runs_without_root_and_without_capabilities(containers: Project, service: str) -> None:
    assert containers.compose("exec", "-T", service, "id", "-u").strip() != "0"
    status = containers.compose("exec", "-T", service, "cat", "/proc/1/status")
    capabilities = {line.split()[1] for line in status.splitlines() if line.startswith("Cap")}
    assert capabilities == {"0" * 16}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(("host", "status"), [("localhost", 200), ("stranger.example", 400)])
def test_a_published_port_refuses_the_host_name_of_a_stranger(
    containers: Project, service: str, host: str, status: int
) -> None:
    answer = httpx.get(containers.url(service) + "/healthz", headers={"Host": host})
    assert answer.status_code == status


@pytest.mark.parametrize("service", SERVICES)
def test_the_settings_of_the_server_reach_a_container(containers: Project, service: str) -> None:
    wanted = {
        "log_level": "DEBUG",
        "allowed_hosts": [service, "slate.example"],  # the other containers use the first name
        "trusted_proxies": ["10.0.0.0/8"],
        "keep_alive_s": 90,
        "drain_s": 2.5,
        "root_path": "/slate",
    }
    if service == "frontend":
        del wanted["root_path"]  # Streamlit has its own setting
    sent = wanted | {"allowed_hosts": "slate.example", "trusted_proxies": "10.0.0.0/8"}
    project = containers.with_settings({f"{service}_{name}".upper(): str(value) for name, value in sent.items()})
    program = f"from services.{service}.settings import Settings; print(Settings().model_dump_json())"
    read = json.loads(project.compose("run", "--rm", "--no-deps", "-T", service, "python", "-c", program))
    assert {name: read[name] for name in wanted} == wanted


def test_an_engine_that_the_image_does_not_contain_is_refused_in_one_sentence(containers: Project) -> None:
    project = containers.with_settings({"INFERENCE_ENGINE": "torch"})
    started = project.run("run", "--rm", "--no-deps", "-T", "inference")
    assert started.returncode == 1
    assert "INFERENCE_ENGINE" in started.stderr.splitlines()[-1]
    assert "Traceback" not in started.stderr
