"""How much moves on a page while it loads: the sum of Chromium's layout shifts, for every page of the menu.

The sum is at least the "cumulative layout shift" of Web Vitals, which counts the worst five seconds only. Each page is
opened in a new browser profile, so that nothing comes from a cache.
"""

from collections.abc import Mapping, Sequence

from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.e2e.pages import RUN_ENDED, UNFINISHED, list_pages

SIZES = {"phone": ViewportSize(width=390, height=844), "desktop": ViewportSize(width=1440, height=900)}
SETTLE_MS = 1500  # after the last request
PATIENCE_MS = 60_000
GOOD = 0.1  # of Web Vitals; above it, people notice

WATCH = """
window.moved = 0;
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.moved += shift.value;
}).observe({type: "layout-shift", buffered: true});
"""

HEAD = f"""
| layout shift | {" | ".join(SIZES)} |
| --- | {" | ".join("---" for _ in SIZES)} |"""

Shifts = Mapping[str, Mapping[str, float]]  # path → size → sum


def measure_shifts(browser: Browser, url: str) -> Shifts:
    """Opens every page at every size."""
    with browser.new_context(viewport=SIZES["phone"]) as context:
        paths = list_pages(context.new_page(), url)
    return {path: {size: measure_shift(browser, f"{url}/{path}", size) for size in SIZES} for path in paths}


def measure_shift(browser: Browser, address: str, size: str) -> float:
    """Opens one page, and waits until it has come to rest."""
    with browser.new_context(viewport=SIZES[size]) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.add_init_script(WATCH)
        page.goto(address)
        wait_until_at_rest(page)
        return float(page.evaluate("window.moved"))


def wait_until_at_rest(page: Page) -> None:
    """Until the run of the page has ended and nothing is loading."""
    page.locator(f"{RUN_ENDED} .page-title, {RUN_ENDED} .st-key-pad canvas.upper-canvas").first.wait_for()
    expect(page.locator(UNFINISHED)).to_have_count(0, timeout=PATIENCE_MS)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(SETTLE_MS)


def write_rows(name: str, shifts: Shifts) -> Sequence[str]:
    """One row for each page. What is more than GOOD is bold."""
    return [
        f"| {name}, /{path} | " + " | ".join(write_shift(by_size[size]) for size in SIZES) + " |"
        for path, by_size in shifts.items()
    ]


def write_shift(shift: float) -> str:
    """`0.034`, `**0.310**`."""
    return f"**{shift:.3f}**" if shift >= GOOD else f"{shift:.3f}"
