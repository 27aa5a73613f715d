"""The pages beside the one for drawing, and how to tell that one has come."""

from playwright.sync_api import Page, expect

UNFINISHED = '[data-testid="stSkeleton"], [data-testid="stVegaLiteChart"]:not(:has(canvas, svg))'
PAGES = ("photo", "history", "statistics", "models", "api")


def open_view(page: Page, url: str, path: str) -> None:
    """Waits until the page has run to its end and nothing is loading."""
    page.goto(f"{url}/{path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_visible()
    expect(page.locator(UNFINISHED)).to_have_count(0)
    page.wait_for_load_state("networkidle")
