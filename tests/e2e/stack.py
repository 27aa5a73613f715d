"""A running stack for tests: its addresses, and the means to break it."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
from playwright.sync_api import Page

PATIENCE_S = 120
TOKEN = "a token for tests"


@dataclass
class Stack:
    """A running stack: addresses, and the means to break it."""

    process: subprocess.Popen[bytes]
    ports: dict[str, int]
    folder: Path
    output: Path

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def storage(self) -> httpx.Client:
        return httpx.Client(base_url=self.url("storage"), headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10)

    def pid_of(self, service: str) -> int | None:
        """The process that listens on the service's port; for «postgres» the postmaster."""
        if service == "postgres":
            pid_file = next(self.folder.rglob("postmaster.pid"), None)
            return int(pid_file.read_text().split()[0]) if pid_file else None
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == self.ports[service]:
                return connection.pid
        return None

    def kill(self, service: str) -> int:
        pid = self.pid_of(service)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        return pid

    def is_ready(self, service: str) -> bool:
        path = "/_stcore/health" if service == "frontend" else "/readyz"
        try:
            return httpx.get(self.url(service) + path, timeout=5).is_success
        except httpx.TransportError:
            return False


def wait_until(condition: Callable[[], object], what: str, timeout_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come true in {timeout_s} s"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def open_page(page: Page, stack: Stack) -> None:
    page.goto(stack.url("frontend"))
    page.wait_for_selector("canvas.upper-canvas", timeout=60_000)
    page.wait_for_selector('[data-testid="empty"]')
