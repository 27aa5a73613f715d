"""The stack of `make run` in a folder of its own, and a page of it."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.stack import TOKEN, Stack, free_port, open_page, wait_until

ROOT = Path(__file__).parents[2]

expect.set_options(timeout=60_000)  # on a busy machine a page takes its time


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="slate-") as name:
        folder = Path(name)
        ports = {service: free_port() for service in ("inference", "storage", "frontend")}
        environment = {
            **os.environ,
            **{f"{service.upper()}_PORT": str(port) for service, port in ports.items()},
            "SLATE_DATA_DIR": str(folder / "data"),
            "STORAGE_TOKEN": TOKEN,
        }
        output = folder / "output"
        with output.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "infra.local"], cwd=ROOT, env=environment, stdout=file, stderr=file
            )
        running = Stack(process, ports, folder, output)
        try:
            wait_until(
                lambda: "\nready" in output.read_text() or process.poll() is not None, f"ready: {output.read_text()}"
            )
            assert process.poll() is None, output.read_text()
            yield running
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(60_000)
    open_page(page, stack)
    yield page
    context.close()
