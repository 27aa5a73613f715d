"""SIGTERM to a real process: it stops at once, or after a time in which it is not ready but still answers."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.stack import free_port, wait_until
from tests.integration.inference.conftest import encode, seven

ROOT = Path(__file__).parents[3]
SERVE = """
import sys
from shared.web.service import serve
from shared.web.settings import ApiServerSettings
from tests.integration.web.server import make_app

def build():
    return make_app(ApiServerSettings(drain_s=float(sys.argv[2])))

if __name__ == "__main__":
    settings = ApiServerSettings(port=int(sys.argv[1]), drain_s=float(sys.argv[2]))
    processes = int(sys.argv[3])
    serve("served:build" if processes > 1 else build(), settings, processes=processes)
"""
TOKEN = {"Authorization": "Bearer a token for tests"}
REQUESTS: dict[str, dict[str, Any]] = {
    "inference": {"path": "/v1/predict", "method": "POST", "content": encode(seven())},
    "storage": {"path": "/v1/totals", "headers": TOKEN},
    "frontend": {"path": "/"},
}


@contextmanager
def running(tmp_path: Path, drain_s: float, processes: int = 1) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    (tmp_path / "served.py").write_text(SERVE)
    port = free_port()
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{tmp_path}"}
    command = [sys.executable, str(tmp_path / "served.py"), str(port), str(drain_s), str(processes)]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.PIPE)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: get_status(url) == 200, "the service is ready")
        yield process, url
    finally:
        process.terminate()
        process.terminate()
        process.communicate(timeout=60)


def get_status(url: str, path: str = "/readyz", method: str = "GET", **options: Any) -> int:
    """The status of a request on a new connection, 0 if there is none."""
    try:
        return httpx.request(method, url + path, timeout=30, **options).status_code
    except httpx.TransportError:
        return 0


@pytest.mark.parametrize("processes", [1, 2])
def test_a_draining_service_is_not_ready_but_answers_until_a_second_signal(tmp_path: Path, processes: int) -> None:
    with running(tmp_path, drain_s=3600, processes=processes) as (process, url):
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: {get_status(url) for _ in range(8)} == {503}, "no process is ready")
        assert httpx.get(f"{url}/readyz").json()["code"] == "not_ready"
        answer = httpx.get(url)
        assert (answer.status_code, answer.headers["Connection"]) == (200, "close")
        process.send_signal(signal.SIGTERM)  # at once
        process.wait(60)


@pytest.mark.parametrize("processes", [1, 2])
def test_a_drained_service_ends(tmp_path: Path, processes: int) -> None:
    with running(tmp_path, drain_s=0.5, processes=processes) as (process, _url):
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def test_a_request_in_progress_is_answered_before_the_stop(tmp_path: Path) -> None:
    with running(tmp_path, drain_s=0) as (process, url), httpx.Client(base_url=url) as client:
        with client.stream("GET", "/slow") as answer:
            process.send_signal(signal.SIGTERM)
            assert answer.read() == b'"late"'
        process.wait(30)


@pytest.mark.parametrize("service", REQUESTS)
def test_a_service_that_is_told_to_stop_refuses_nothing_while_it_drains(service: str, database_url: str) -> None:
    port, name = free_port(), service.upper()
    settings = {"STORAGE_DATABASE_URL": database_url, "STORAGE_TOKEN": "a token for tests"}
    environment = os.environ | settings | {f"{name}_PORT": str(port), f"{name}_DRAIN_S": "3600"}
    process = subprocess.Popen([sys.executable, "-m", f"services.{service}"], env=environment, cwd=ROOT)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: get_status(url) == 200, "the service is ready")
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: get_status(url) == 503, "the service says that it stops")
        answers = [get_status(url, **REQUESTS[service]) for _ in range(20)]
        process.send_signal(signal.SIGTERM)  # at once
        answers += iter(lambda: get_status(url, **REQUESTS[service]), 0)
        process.wait(60)
    finally:
        process.kill()
    assert set(answers) == {200}
