"""What all tests share: a clean environment, a guard of the network, and a real Chromium.

The developer's own settings are removed from the environment. Networks compute on one thread, because several threads
are many times slower for the small networks of the tests. Chromium is the installed one; otherwise Playwright fetches
it. Without Chromium the browser tests are skipped and listed at the end. With SLATE_REQUIRE_BROWSER=1 they fail. A
browser test that fails says what its pages showed.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.network import NetworkGuard

CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

SETTINGS = (  # how the names of the environment variables begin that change what Slate or one of its libraries does
    *("DOODLES", "FRONTEND_", "INFERENCE_", "LOG_LEVEL", "OPENAI_", "OTEL_", "PEN_", "POSTGRES_", "PROMETHEUS_"),
    *("REFINE_", "SLATE_", "STORAGE_", "STREAMLIT_", "SWEEP_", "TRAINING_", "WANDB_"),
)
KEPT = ("PROMETHEUS_IMAGE", "SLATE_REQUIRE_BROWSER", "SLATE_REQUIRE_PGBOUNCER")


def _clean_environment() -> None:
    """Before the modules that read it are imported. Conftest files of named folders are, before `pytest_configure`."""
    for name in [name for name in os.environ if name.startswith(SETTINGS) and name not in KEPT]:
        del os.environ[name]
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "*"


_clean_environment()


@pytest.fixture(scope="session")
def _network() -> Iterator[NetworkGuard]:
    with pytest.MonkeyPatch.context() as patch:
        yield NetworkGuard(patch)


@pytest.fixture(autouse=True)
def _only_own_servers(_network: NetworkGuard) -> Iterator[None]:
    """Fails a test that connects to a server that no test has started, such as another Slate on this machine."""
    _network.forbidden.clear()
    yield
    assert not _network.forbidden, f"the test connects to {', '.join(_network.forbidden)}"


def find_chromium() -> str | None:
    """The path of an installed Chromium, or None: then Playwright's own is used."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = find_chromium()
        if found is None:
            environment = {**os.environ, "NO_PROXY": "", "no_proxy": ""}  # the download may need a proxy
            command = [sys.executable, "-m", "playwright", "install", "chromium"]
            subprocess.run(command, env=environment, check=False, timeout=600)
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
    """With a test that fails, says what its browser pages showed."""
    report = yield
    pages = [value for value in getattr(item, "funcargs", {}).values() if isinstance(value, Page)]
    if report.failed:
        report.sections += [(f"Page {page.url}", _read_text(page)) for page in pages if not page.is_closed()]
    return report


def _read_text(page: Page) -> str:
    try:
        return page.locator("body").inner_text(timeout=5_000)
    except PlaywrightError as error:
        return f"It could not be read: {error.message.splitlines()[0]}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "browser" in report.keywords]
    if skipped:
        terminalreporter.section("BROWSER TESTS SKIPPED: install Chromium and run them again", red=True, bold=True)
        for report in skipped:
            terminalreporter.line(f"  skipped: {report.nodeid}")
