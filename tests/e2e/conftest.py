"""One stack of `make run` for the session, and a browser page that shows it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.photo_cards import open_photo_page
from tests.e2e.stack import Stack, open_page, running_stack

expect.set_options(timeout=60_000)  # a page loads slowly on a busy machine


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        yield running


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """An empty tab of a new visitor."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    tab = context.new_page()
    tab.set_default_timeout(60_000)
    yield tab
    context.close()


@pytest.fixture
def page(tab: Page, stack: Stack) -> Page:
    """The Draw page."""
    open_page(tab, stack)
    return tab


@pytest.fixture
def photo_page(tab: Page, stack: Stack) -> Page:
    return open_photo_page(tab, stack)
