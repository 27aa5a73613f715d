"""axe-core on every page of the menu with content, in the light and dark theme, at three sizes. No text is cut off."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.hand import SEVEN, draw_explained, label_as, press
from tests.e2e.pages import UNFINISHED, list_pages, open_view
from tests.e2e.stack import Stack, open_page

pytestmark = pytest.mark.browser

WIDTHS = (1440, 768, 390)
THEMES: tuple[Literal["light", "dark"], ...] = ("dark", "light")
SIGN_IN = "sign-in"  # not in the menu of the person at the keyboard
CUT_OFF = """() => {
    const texts = document.createTreeWalker(document.querySelector('.stMain'), NodeFilter.SHOW_TEXT);
    const cut = [];
    while (texts.nextNode()) {
        let box = texts.currentNode.parentElement;
        while (box && getComputedStyle(box).overflowX === 'visible') box = box.parentElement;
        if (!box || !['hidden', 'clip'].includes(getComputedStyle(box).overflowX) || box.clientWidth <= 1) continue;
        const range = document.createRange();
        range.selectNodeContents(texts.currentNode);
        if (range.getBoundingClientRect().right > box.getBoundingClientRect().right + 1)
            cut.push(texts.currentNode.data);
    }
    return cut;
}"""


def find_violations(page: Page) -> list[str]:
    """Serious and critical violations, as `rule: element`."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    serious = [violation for violation in found if violation["impact"] in {"serious", "critical"}]
    return [f"{violation['id']}: {node['html']}" for violation in serious for node in violation["nodes"]]


def find_cut_text(page: Page) -> list[str]:
    """Texts that reach out of a box that hides the rest."""
    cut: list[str] = page.evaluate(CUT_OFF)
    return cut


def expect_no_violation(page: Page, name: str) -> None:
    """At every size and in both themes, without loading the page again. The last one is light, on a phone."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for theme in THEMES:
            show_theme(page, theme)
            expect(page.locator(UNFINISHED)).to_have_count(0)
            assert find_violations(page) == [], (name, width, theme)
            assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= width, (name, width, theme)
        assert find_cut_text(page) == [], (name, width)


def show_theme(page: Page, theme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=theme)
    expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", theme)


def show_form(page: Page) -> None:
    page.get_by_role("button", name="A form").click()
    expect(page.get_by_test_id("file")).to_be_visible()


def start_game(page: Page) -> None:
    press(page, "play-start")
    expect(page.get_by_test_id("prompt")).to_have_attribute("data-done", "0")


def enlarge_drawing(page: Page) -> None:
    page.locator("[class*=st-key-enlarge-] button").first.click()
    expect(page.get_by_test_id("enlarged")).to_be_visible()


CONTENT = {"photo": show_form, "play": start_game, "history": enlarge_drawing}  # what an open page does not show yet


def test_no_page_has_a_serious_violation(browser: Browser, stack: Stack) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(60_000)
    _, *others = list_pages(page, stack.url("frontend"))
    open_page(page, stack)
    for theme in THEMES:
        show_theme(page, theme)
        assert find_violations(page) == [], theme
        page.get_by_role("button", name="Menu").click()
        expect(page.get_by_test_id("stSidebarNavLink").first).to_be_in_viewport()
        assert find_violations(page) == [], ("menu", theme)
        page.get_by_role("button", name="Close menu").click()
    draw_explained(page, SEVEN, 7)
    label_as(page, 7)
    expect_no_violation(page, "draw")
    for path in (*others, SIGN_IN):
        page.set_viewport_size({"width": 1440, "height": 900})
        open_view(page, stack.url("frontend"), path)
        expect_no_violation(page, path)
        if path in CONTENT:
            page.set_viewport_size({"width": 1440, "height": 900})
            CONTENT[path](page)
            expect_no_violation(page, f"{path}, with content")
    context.close()
