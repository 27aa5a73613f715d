"""Where pages begin, whatever comes first: the address, the content, the end of a run, or the visitor's hand.

The script is tried without Streamlit, in a page of the test that goes from place to place when it is told to.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page

from services.frontend.first_load.page_head import SCROLLING

pytestmark = pytest.mark.browser

SITE = "http://slate.test"
SHELL = f"""<head><script>{SCROLLING.read_text()}</script></head><body style="margin: 0">
<div class="stMain" style="height: 400px; overflow-y: auto"><div id="content" style="height: 2000px"></div></div>"""
PAGES = ["", "photo", "history", "models"]
LEFT_AT = 300


@dataclass
class Visit:
    """A visit to the History page, whose first run has not ended."""

    page: Page

    def scroll(self, top: int = LEFT_AT) -> None:
        self.page.locator(".stMain").evaluate("(main, top) => { main.scrollTop = top; }", top)
        self.wait_for_a_frame()

    def scroll_by_hand(self) -> None:
        before = self.top
        self.page.mouse.move(100, 100)
        self.page.mouse.wheel(0, 50)
        self.page.wait_for_function("top => document.querySelector('.stMain').scrollTop === top", arg=before + 50)

    def go_to(self, address: str) -> None:
        """The address changes as a run begins."""
        self.page.evaluate("address => history.pushState({}, '', address)", address)

    def go_back(self) -> None:
        self.page.evaluate(
            "() => new Promise((done) => { addEventListener('popstate', done, { once: true }); history.back(); })"
        )

    def end_run(self, of: str) -> None:
        self.page.evaluate("data => slateVisit.arrive(data)", {"page": of, "pages": PAGES})
        self.wait_for_a_frame()

    def make_content(self, height: int) -> None:
        self.page.locator("#content").evaluate("(content, height) => { content.style.height = `${height}px`; }", height)
        self.wait_for_a_frame()

    def wait_for_a_frame(self) -> None:
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    @property
    def top(self) -> int:
        return int(self.page.locator(".stMain").evaluate("main => main.scrollTop"))


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    with browser.new_context(viewport={"width": 400, "height": 500}) as context:
        context.route(f"{SITE}/**", lambda route: route.fulfill(content_type="text/html", body=SHELL))
        page = context.new_page()
        page.goto(f"{SITE}/slate/history")
        yield Visit(page)


def expect_top_of_another_page_and_the_place_after_back(visit: Visit) -> None:
    visit.go_to("/slate/models")
    visit.end_run("models")
    assert visit.top == 0
    visit.go_back()
    visit.end_run("history")
    assert visit.top == LEFT_AT


def test_another_page_begins_at_its_top_and_back_leads_to_where_the_visitor_was(visit: Visit) -> None:
    visit.end_run("history")
    visit.scroll()
    expect_top_of_another_page_and_the_place_after_back(visit)


def test_a_page_whose_first_run_did_not_end_counts_as_visited(visit: Visit) -> None:
    visit.scroll()
    expect_top_of_another_page_and_the_place_after_back(visit)


def test_the_end_of_the_first_run_does_not_move_who_scrolled_before_it(visit: Visit) -> None:
    visit.scroll()
    visit.end_run("history")
    assert visit.top == LEFT_AT


def test_forward_leads_to_where_the_visitor_was_too(visit: Visit) -> None:
    visit.end_run("history")
    visit.go_to("/slate/models")
    visit.end_run("models")
    visit.scroll()
    visit.go_back()
    visit.end_run("history")
    assert visit.top == 0
    visit.page.evaluate("() => new Promise((done) => { addEventListener('popstate', done); history.forward(); })")
    visit.end_run("models")
    assert visit.top == LEFT_AT


def test_the_late_end_of_the_page_that_was_left_by_back_moves_nothing(visit: Visit) -> None:
    visit.scroll()
    visit.go_to("/slate/models")
    visit.make_content(600)  # of Models, whose end is on its way
    visit.go_back()
    visit.end_run("models")
    assert visit.top == 200
    visit.make_content(2000)
    visit.end_run("history")
    assert visit.top == LEFT_AT


def test_content_that_goes_before_the_address_changes_does_not_count_as_scrolled(visit: Visit) -> None:
    visit.scroll()
    visit.make_content(100)
    assert visit.top == 0
    visit.go_to("/slate/models")
    visit.end_run("models")
    visit.make_content(2000)
    visit.go_back()
    visit.end_run("history")
    assert visit.top == LEFT_AT


def test_back_waits_until_the_page_is_high_enough(visit: Visit) -> None:
    visit.end_run("history")
    visit.scroll()
    visit.go_to("/slate/models")
    visit.end_run("models")
    visit.make_content(450)
    visit.go_back()
    visit.end_run("history")
    assert visit.top == 50
    visit.make_content(2000)
    assert visit.top == LEFT_AT


def test_a_place_that_waits_for_its_height_gives_way_to_the_next_one(visit: Visit) -> None:
    visit.end_run("history")
    visit.scroll()
    visit.go_to("/slate/models")
    visit.end_run("models")
    visit.make_content(450)
    visit.go_back()
    visit.end_run("history")
    visit.go_to("/slate/photo")
    visit.end_run("photo")
    visit.make_content(2000)
    assert visit.top == 0


def test_who_scrolls_the_new_page_before_its_run_has_ended_stays_there(visit: Visit) -> None:
    visit.end_run("history")
    visit.go_to("/slate/models")
    visit.scroll_by_hand()
    visit.end_run("models")
    assert visit.top == 50
    visit.go_to("/slate/history")
    visit.end_run("history")
    assert visit.top == 0


def test_the_next_part_of_a_long_list_begins_at_its_top_and_a_filter_does_not_move(visit: Visit) -> None:
    visit.end_run("history")
    visit.scroll()
    visit.go_to("/slate/history?show=wrong")
    visit.end_run("history")
    assert visit.top == LEFT_AT
    visit.go_to("/slate/history?show=wrong&older_than=x")
    visit.end_run("history")
    assert visit.top == 0


@pytest.mark.parametrize("address", ["/slate/", "/slate"])
def test_the_draw_page_has_no_name_in_the_address(visit: Visit, address: str) -> None:
    visit.end_run("history")
    visit.scroll()
    visit.go_to(address)
    visit.end_run("")
    assert visit.top == 0
