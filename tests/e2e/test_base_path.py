"""The page under a path of a reverse proxy: its scripts, its WebSocket and its uploads are there too."""

import pytest
from playwright.sync_api import Browser

from tests.integration.web.test_frontend import running_frontend

pytestmark = pytest.mark.browser


def test_the_page_works_under_a_path(browser: Browser) -> None:
    with running_frontend(STREAMLIT_SERVER_BASE_URL_PATH="slate") as url:
        page = browser.new_page()
        page.goto(f"{url}/slate/")
        page.wait_for_selector("canvas.upper-canvas", timeout=60_000)
        page.goto(f"{url}/slate/photo")
        page.wait_for_selector('[data-testid="stFileUploader"]', timeout=60_000)
        page.close()
