"""Starts the stack of `make run` on free ports and with its own data folder, and stops it after the tests."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
from playwright.sync_api import Page

PATIENCE_S = 120
ROOT = Path(__file__).parents[2]
TOKEN = "a token for tests"
NO_CERTIFICATES = False  # the services speak plain HTTP here, and loading the certificates takes 20 ms a client


@dataclass
class Stack:
    """A running stack: its addresses, and the means to kill or stop one of its services."""

    process: subprocess.Popen[bytes]
    ports: dict[str, int]
    folder: Path
    output: Path

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def storage(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return httpx.Client(base_url=self.url("storage"), headers=headers, timeout=10, verify=NO_CERTIFICATES)

    def pid_of(self, service: str) -> int | None:
        """The process that listens on the service's port. For `postgres` the postmaster."""
        if service == "postgres":
            try:  # a PostgreSQL that starts replaces the file
                return int(next(self.folder.rglob("postmaster.pid")).read_text().split()[0])
            except (StopIteration, FileNotFoundError, IndexError):
                return None
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (self.ports[service],):
                return connection.pid
        return None

    def kill(self, service: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Sends the signal to the service's process, and returns its id."""
        pid = self.pid_of(service)
        assert pid is not None
        os.kill(pid, number)
        return pid

    def restart(self, service: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Ends the service's process with the signal, and waits until the supervisor has started another one."""
        ended = self.kill(service, number)
        wait_until(lambda: self.pid_of(service) not in {None, ended}, f"a new {service}")

    @contextlib.contextmanager
    def stopped(self, service: str) -> Iterator[None]:
        """The service and its children hang: connections stay open, but nothing answers. Afterwards they continue."""
        pid = self.pid_of(service)
        assert pid is not None
        parent = psutil.Process(pid)
        parent.suspend()  # first, so that it starts no more children
        children = parent.children(recursive=True)
        for child in children:
            child.suspend()
        try:
            yield
        finally:
            for process in (*children, parent):
                process.resume()

    def is_ready(self, service: str) -> bool:
        return is_ready(self.url(service) + "/readyz")


@contextlib.contextmanager
def running_stack(checkout: Path = ROOT, **settings: str) -> Iterator[Stack]:
    """Runs what `make run` runs in a checkout, with these environment variables, and removes its data afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="slate-") as name,
        running_in(Path(name), choose_ports(), settings, checkout) as stack,
    ):
        yield stack


@contextlib.contextmanager
def running_in(
    folder: Path,
    ports: Mapping[str, int],
    settings: Mapping[str, str],
    checkout: Path = ROOT,
    program: str = "infra.local",
) -> Iterator[Stack]:
    """Runs the program of a stack over an empty folder, on these ports."""
    environment = {
        **os.environ,
        **{f"{service.upper()}_PORT": str(port) for service, port in ports.items()},
        "SLATE_DATA_DIR": str(folder / "data"),
        **settings,
    }
    (folder / "data").mkdir()
    (folder / "data" / "storage-token").write_text(TOKEN)
    output = folder / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", program], cwd=checkout, env=environment, stdout=file, stderr=file
        )
    try:
        wait_until(
            lambda: "\nready" in output.read_text() or process.poll() is not None, f"ready: {output.read_text()}"
        )
        assert process.poll() is None, output.read_text()
        yield Stack(process, dict(ports), folder, output)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def is_ready(url: str) -> bool:
    """Whether the address answers well."""
    try:
        return httpx.get(url, timeout=5, verify=NO_CERTIFICATES).is_success
    except httpx.TransportError:
        return False


def choose_ports() -> dict[str, int]:
    return dict(zip(("inference", "storage", "frontend"), free_ports(3), strict=True))


def wait_until(condition: Callable[[], object], what: str, timeout_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come true in {timeout_s} s"
        time.sleep(0.1)


def free_port() -> int:
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Find as many ports below the range from which the system gives ports to others until they are used."""
    found: set[int] = set()
    while len(found) < count:
        port = random.SystemRandom().randrange(15000, 32000)  # hypothesis seeds `random`, in every process alike
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            found.add(port)
    return list(found)


def open_page(page: Page, stack: Stack) -> None:
    page.goto(stack.url("frontend"))
    page.wait_for_selector("canvas.upper-canvas", timeout=60_000)
    page.wait_for_selector('[data-testid="empty"]')
