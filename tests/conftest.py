"""A real Chromium for the tests that need one: found on the machine, else fetched by Playwright.

Where there is neither, the browser tests are left out, loudly; with SLATE_REQUIRE_BROWSER=1, as in CI, that fails.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Error as PlaywrightError

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LEFT_OUT = pytest.StashKey[list[str]]()


def find_chromium() -> str | None:
    """The path of one that is installed; None where Playwright's own has to do."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = find_chromium()
        if found is None:
            subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False, timeout=600)
        try:
            chromium = playwright.chromium.launch(executable_path=found, args=CHROMIUM_FLAGS)
        except PlaywrightError as error:
            if os.environ.get("SLATE_REQUIRE_BROWSER"):
                raise
            pytest.skip(f"no Chromium here, and Playwright could not fetch one: {error.message.splitlines()[0]}")
        yield chromium
        chromium.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and item.get_closest_marker("browser"):
        item.config.stash.setdefault(LEFT_OUT, []).append(item.name)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if left_out := config.stash.get(LEFT_OUT, []):
        terminalreporter.section("BROWSER TESTS LEFT OUT: no Chromium. Install one and run again.", red=True, bold=True)
        for name in left_out:
            terminalreporter.line(f"  left out: {name}")
