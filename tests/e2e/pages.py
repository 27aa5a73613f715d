"""Opens the pages other than Draw, and waits until they are complete."""

from playwright.sync_api import Page, expect

UNFINISHED = '[data-testid="stSkeleton"], [data-testid="stVegaLiteChart"]:not(:has(canvas, svg))'
PAGES = ("photo", "history", "help-the-model", "statistics", "models", "play", "api")


def open_view(page: Page, url: str, path: str) -> None:
    """Opens the page, and waits until its run has ended and nothing is loading."""
    page.goto(f"{url}/{path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_visible()
    expect(page.locator(UNFINISHED)).to_have_count(0)
    page.wait_for_load_state("networkidle")
