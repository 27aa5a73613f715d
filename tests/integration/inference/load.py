"""Callers that ask a running service for predictions the whole time, and keep every answer."""

import threading

import httpx

from tests.e2e.stack import wait_until

CALLERS = 3
PATIENCE_S = 60  # of a busy machine; all processes of a service use a version within two seconds


class Load:
    """Callers with new connections, so that all processes answer. `pause_s` of each between two requests."""

    def __init__(self, url: str, picture: bytes, pause_s: float = 0) -> None:
        self.url = url
        self.answers: list[tuple[int, str, tuple[float, ...]]] = []  # status, version, probabilities
        self._picture = picture
        self._pause_s = pause_s
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
            answer = httpx.post(f"{self.url}/v1/predict", files={"file": self._picture}, timeout=PATIENCE_S)
            body = answer.json() if answer.is_success else {"model": {"version": ""}, "probabilities": []}
            self.answers.append((answer.status_code, body["model"]["version"], tuple(body["probabilities"])))
            self._stop.wait(self._pause_s)

    def wait_for_only(self, version: str, count: int = 20) -> None:
        """Wait until so many answers in a row are of that version."""
        wait_until(
            lambda: [known for _, known, _ in self.answers[-count:]] == count * [version], f"only version {version}"
        )
