"""The command changes the version in use of a real service with two processes, while callers ask without a pause."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx

import training.promotion.__main__ as command
from benchmarks.inference_service import running_inference
from tests.integration.inference.conftest import encode, seven
from tests.written_versions import write_copies

PICTURE = encode(seven())
CALLERS = 3
PATIENCE_S = 60  # of a busy machine; both processes use a version within two seconds


class Load:
    """Callers with connections of their own, so that both processes answer. It keeps every answer."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: list[tuple[int, str, tuple[float, ...]]] = []  # status, version, probabilities
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(CALLERS)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        while not self._stop.is_set():
            answer = httpx.post(f"{self.url}/v1/predict", files={"file": PICTURE}, timeout=PATIENCE_S)
            body = answer.json() if answer.is_success else {"model": {"version": ""}, "probabilities": []}
            self.answers.append((answer.status_code, body["model"]["version"], tuple(body["probabilities"])))

    def wait_for_only(self, version: str, count: int = 20) -> None:
        """Wait until so many answers in a row are of that version."""
        wait_until(lambda: [known for _, known, _ in self.answers[-count:]] == count * [version])


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def run(models: Path, *arguments: str) -> None:
    assert command.main([*arguments, "--models-dir", str(models), "--why", "a test", "--yes"]) == 0


def test_the_command_under_load_loses_no_request(tmp_path: Path) -> None:
    """cnn/1 and cnn/2 are different networks, so an answer of a half-loaded version would be a third one."""
    write_copies(tmp_path, "cnn", "1", of="mlp")
    write_copies(tmp_path, "cnn", "2", of="lenet5")
    settings = {"INFERENCE_PROCESSES": "2", "INFERENCE_MODELS_DIR": str(tmp_path), "INFERENCE_MAX_WAIT_S": "30"}
    with running_inference(**settings) as url, Load(url) as load:
        load.wait_for_only("1")
        for _ in range(2):
            run(tmp_path, "promote", "cnn/2")
            load.wait_for_only("2")
            run(tmp_path, "back", "cnn")
            load.wait_for_only("1")
    assert {status for status, _, _ in load.answers} == {200}
    assert len({(version, probabilities) for _, version, probabilities in load.answers}) == 2
