"""The servers that the benchmark of serving compares: how each is installed, started and stopped.

These are Slate with one and with two processes, plain FastAPI, LitServe and MLServer. The last three run the network of
`benchmarks/peers/` in virtual environments of their own.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from benchmarks.process_tree import list_processes
from tests.e2e.stack import free_port

ROOT = Path(__file__).parents[1]
ENVIRONMENTS = ROOT / ".peers"  # one virtual environment for each peer
START_TIMEOUT_S = 60
MLSERVER = {"host": "127.0.0.1", "parallel_workers": 0, "debug": False}  # its ports are added when it starts
MLSERVER_MODEL = {
    "name": "digits",
    "implementation": "benchmarks.peers.ml_server.Digits",
    "max_batch_size": 64,
    "max_batch_time": 0.002,
}
PACKAGES = {
    "fastapi": ["fastapi", "uvicorn", "uvloop", "httptools"],
    "litserve": ["litserve"],
    "mlserver": ["mlserver"],
}


@dataclass(frozen=True)
class Server:
    """How a server is started and asked. `{port}` and `{folder}` in the command are filled in."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    path: str = "/v1/predict"
    body: str = "slate"  # name of the request body, see `benchmarks/wrk.py`


def list_servers() -> list[Server]:
    """Slate in one and in two processes, and the peers."""
    slate = [sys.executable, "-m", "services.inference"]
    uvicorn = ["-m", "uvicorn", "benchmarks.peers.plain_fastapi:app", "--port", "{port}", "--no-access-log"]

    def python(name: str) -> str:
        return str(ENVIRONMENTS / name / "bin" / "python")

    return [
        Server("Slate", slate),
        Server("Slate, two processes", slate, {"INFERENCE_PROCESSES": "2"}),
        Server("plain FastAPI", [python("fastapi"), *uvicorn, "--log-level", "error"]),
        Server("LitServe, batching", [python("litserve"), "-m", "benchmarks.peers.lit"]),
        Server(
            "MLServer, batching",
            [str(ENVIRONMENTS / "mlserver" / "bin" / "mlserver"), "start", "{folder}"],
            path="/v2/models/digits/infer",
            body="mlserver",
        ),
    ]


def make_environments() -> None:
    """Creates the missing virtual environments. torch comes first, so that no peer installs another version."""
    for name, packages in PACKAGES.items():
        if not (ENVIRONMENTS / name).exists():
            print(f"installing {name} ...", file=sys.stderr)
            subprocess.run([sys.executable, "-m", "venv", ENVIRONMENTS / name], check=True)
            install = [str(ENVIRONMENTS / name / "bin" / "python"), "-m", "pip", "install", "--quiet"]
            subprocess.run([*install, "torch==2.13.0"], check=True)
            subprocess.run([*install, "numpy", "pillow", *packages], check=True)


@contextmanager
def run_server(server: Server, folder: Path) -> Iterator[tuple[str, int, float]]:
    """Starts the server → (URL, process id, seconds to its first answer). RuntimeError if it does not start.

    `folder` holds the request bodies and receives the server's settings and log.
    """
    port = free_port()
    (folder / "settings.json").write_text(
        json.dumps({**MLSERVER, "http_port": port, "grpc_port": port + 1, "metrics_port": port + 2})
    )
    (folder / "model-settings.json").write_text(json.dumps(MLSERVER_MODEL))
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PORT": str(port),
        "INFERENCE_PORT": str(port), "INFERENCE_LOG_LEVEL": "ERROR", **server.environment,
    }  # fmt: skip
    command = [part.format(port=port, folder=folder) for part in server.command]
    body, url = (folder / f"{server.body}.json").read_bytes(), f"http://127.0.0.1:{port}{server.path}"
    started = time.perf_counter()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        yield url, process.pid, wait_for_answer(url, body, process, started)
    finally:
        processes = list_processes(process.pid)  # all of them, because LitServe leaves its workers running
        process.terminate()
        _, alive = psutil.wait_procs(processes, timeout=15)
        for each in alive:
            each.kill()
        process.wait()


def wait_for_answer(url: str, body: bytes, process: subprocess.Popen[bytes], started: float) -> float:
    """The seconds from `started` to the first successful answer. RuntimeError if there is none."""
    while time.perf_counter() < started + START_TIMEOUT_S and process.poll() is None:
        try:
            answer = httpx.post(url, content=body, headers={"Content-Type": "application/json"})
        except httpx.TransportError:
            time.sleep(0.01)
            continue
        if answer.is_success:
            return time.perf_counter() - started
        time.sleep(0.01)
    raise RuntimeError(f"{url} never answered")
