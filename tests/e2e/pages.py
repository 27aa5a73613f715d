"""Goes from page to page, and waits until a page is complete."""

from playwright.sync_api import Page, expect

RUN_ENDED = '[data-testid="stApp"][data-test-script-state="notRunning"]'
UNFINISHED = '[data-testid="stSkeleton"], [data-testid="stVegaLiteChart"]:not(:has(canvas, svg))'


def list_pages(page: Page, url: str) -> list[str]:
    """Opens the Draw page → the paths of all pages, as the menu of a phone links them: "", "photo", "history" ..."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(url)
    links = page.get_by_test_id("stSidebarNavLink")
    links.first.wait_for(state="attached")
    return [str(address).removeprefix(url).strip("/") for address in links.evaluate_all("all => all.map(a => a.href)")]


def follow_menu(page: Page, title: str, section: str | None = None) -> None:
    """Goes to another page by the menu of a wide screen, as a person does, without loading the page anew."""
    if section is None:
        page.get_by_role("link", name=title, exact=True).first.click()
        return
    page.get_by_role("button", name=section, exact=True).click()
    page.get_by_role("menuitem", name=title).click()


def open_view(page: Page, url: str, path: str) -> None:
    """Opens the page, and waits until its run has ended and nothing is loading."""
    page.goto(f"{url}/{path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(RUN_ENDED)).to_be_visible()
    expect(page.locator(UNFINISHED)).to_have_count(0)
    page.wait_for_load_state("networkidle")
