"""A person who opens the page once a minute, draws a seven, and waits for the answer and for "Saved"."""

import threading
import time
from dataclasses import dataclass, field
from uuid import UUID

from playwright.sync_api import Browser, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from benchmarks.soak.ledger import Ledger
from tests.conftest import CHROMIUM_FLAGS, find_chromium
from tests.e2e.hand import SEVEN, draw, expect_read_as
from tests.e2e.stack import Stack, open_page

EVERY_S = 60.0
FIRST_S, SHIFT_S = 4.0, 7.0  # the first visit, and by how much later each one comes within its minute
PATIENCE_MS = 60_000


@dataclass
class Visits(threading.Thread):
    """Visits the page until it is stopped. `failed` says what the visits that failed waited for."""

    stack: Stack
    ledger: Ledger
    done: int = 0
    failed: list[str] = field(default_factory=list)
    longest_s: float = 0.0
    _stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Make it a thread, which its fields do not."""
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        """Visit once a minute, each time at another second."""
        expect.set_options(timeout=PATIENCE_MS)
        began = time.monotonic()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
            for number in range(10_000):
                due = began + number * EVERY_S + FIRST_S + number * SHIFT_S % EVERY_S
                if self._stopping.wait(max(0.0, due - time.monotonic())):
                    break
                self._visit(browser, number)
            browser.close()

    def stop(self) -> None:
        """Wait for the visit that goes on, and end."""
        self._stopping.set()
        self.join()

    def _visit(self, browser: Browser, number: int) -> None:
        began = time.monotonic()
        context = browser.new_context(viewport={"width": 1280, "height": 1000})
        page = context.new_page()
        try:
            page.set_default_timeout(PATIENCE_MS)
            open_page(page, self.stack)
            draw(page, SEVEN)
            self.ledger.shown.add(UUID(expect_read_as(page, 7)))
            self.longest_s = max(self.longest_s, time.monotonic() - began)
            self.done += 1
        except (PlaywrightError, AssertionError) as error:
            self.failed.append(f"minute {number}: {str(error).strip().splitlines()[0]}; {_read_text(page)}")
        finally:
            context.close()


def _read_text(page: Page) -> str:
    """What the page showed when the visit failed."""
    try:
        shown = page.locator("body").inner_text(timeout=5_000)
    except PlaywrightError:
        return "the page showed nothing"
    return f"the page showed: {' '.join(shown.split())[:400]}"
