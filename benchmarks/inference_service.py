"""Starts an inference service on a free port for a measurement or a test, and stops it afterwards."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.e2e.stack import free_port

SERVICE = "services.inference"  # the module that runs it
START_TIMEOUT_S = 60


@contextlib.contextmanager
def running_inference(checkout: Path | None = None, **settings: str) -> Iterator[str]:
    """The address of the service. `settings` are environment variables. RuntimeError if it isn't ready in a minute.

    `checkout` is the folder of the code to run; by default the folder that this process runs in.
    """
    port = free_port()
    environment = {**os.environ, "INFERENCE_PORT": str(port), "INFERENCE_LOG_LEVEL": "WARNING", **settings}
    process = subprocess.Popen([sys.executable, "-m", SERVICE], env=environment, cwd=checkout)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url, process)
        yield url
    finally:
        process.terminate()
        process.wait()


def wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    """RuntimeError if the process ends or the service is not ready within START_TIMEOUT_S."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/readyz").is_success:
                return
        time.sleep(0.1)
    raise RuntimeError("the inference service did not become ready")
