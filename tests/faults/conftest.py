"""One stack for all faults, whose services reach each other through links; and the table of what was seen."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.stack import ROOT, Stack, open_page
from tests.faults.linked_stack import Links, running_linked_stack
from tests.faults.table import Row, write_table

expect.set_options(timeout=90_000)
ROWS: list[Row] = []


@dataclass(frozen=True)
class Place:
    """Where faults are caused."""

    stack: Stack
    links: Links
    models_dir: Path


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    models_dir = tmp_path_factory.mktemp("slate") / "models"
    shutil.copytree(ROOT / "models", models_dir)
    with running_linked_stack(INFERENCE_MODELS_DIR=str(models_dir)) as (stack, links):
        yield Place(stack, links, models_dir)


@pytest.fixture
def page(browser: Browser, place: Place) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(90_000)
    open_page(page, place.stack)
    yield page
    context.close()


@pytest.fixture(scope="session")
def rows() -> list[Row]:
    """What the faults did, for the table at the end."""
    return ROWS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if ROWS:
        terminalreporter.section("Faults")
        for line in write_table(ROWS):
            terminalreporter.line(line)
