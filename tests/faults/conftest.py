"""One stack for all faults, whose services reach each other through links; and the table of what was seen."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PlaywrightError

from tests.e2e.hand import press
from tests.e2e.stack import ROOT, Stack
from tests.faults.linked_stack import Links, running_linked_stack
from tests.faults.table import Row, write_table

PATIENCE_MS = 120_000
expect.set_options(timeout=PATIENCE_MS)
ROWS: list[Row] = []


def open_window(browser: Browser, stack: Stack) -> Page:
    """Open the Draw page in a browser without cookies."""
    page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(stack.url("frontend"))
    page.wait_for_selector("canvas.upper-canvas")
    page.wait_for_selector('[data-testid="empty"]')
    return page


@dataclass(frozen=True)
class Place:
    """Where faults are caused."""

    stack: Stack
    links: Links
    models_dir: Path

    @property
    def as_seen(self) -> Stack:
        """The stack for a browser, which reaches the page through a link."""
        return self.links.lead_to(self.stack, "frontend")


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    models_dir = tmp_path_factory.mktemp("slate") / "models"
    shutil.copytree(ROOT / "models", models_dir)
    with running_linked_stack(INFERENCE_MODELS_DIR=str(models_dir)) as (stack, links):
        yield Place(stack, links, models_dir)


@pytest.fixture(scope="session")
def window(browser: Browser, place: Place) -> Page:
    """One page for all faults, because opening one costs more processor time than a fault."""
    return open_window(browser, place.as_seen)


@pytest.fixture
def page(window: Page, place: Place) -> Page:
    """The page with an empty canvas. After a fault that failed it is loaded anew."""
    try:
        press(window, "clear")
        expect(window.get_by_test_id("empty")).to_be_visible()
    except (PlaywrightError, AssertionError):
        window.goto(place.as_seen.url("frontend"))
        window.wait_for_selector('[data-testid="empty"]')
    return window


@pytest.fixture(scope="session")
def rows() -> list[Row]:
    """What the faults did, for the table at the end."""
    return ROWS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if ROWS:
        terminalreporter.section("Faults")
        for line in write_table(ROWS):
            terminalreporter.line(line)
