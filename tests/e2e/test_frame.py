"""The frame around every page: the menu, the name in the tab, and what moves while a page loads."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.page.shifts import GOOD, SIZES, WATCH, wait_until_at_rest
from tests.e2e.pages import list_pages
from tests.e2e.stack import Stack

pytestmark = pytest.mark.browser

THUMB_PX = 44


def heights(page: Page, selector: str) -> list[float]:
    return [box["height"] for element in page.locator(selector).all() if (box := element.bounding_box())]


def test_the_menu_of_a_phone_says_menu_and_holds_every_page(browser: Browser, stack: Stack) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{stack.url('frontend')}/history")
        menu = page.get_by_role("button", name="Menu", exact=True)
        expect(menu).to_be_visible()
        assert "Menu" in menu.evaluate("button => getComputedStyle(button, '::after').content")
        menu.click()
        for name in ("Draw", "Photo", "History", "Help the model", "Statistics", "Models", "API"):
            expect(page.get_by_role("link", name=name, exact=True)).to_be_in_viewport()
        assert min(heights(page, '[data-testid="stSidebarNavLink"]')) >= THUMB_PX
        page.get_by_role("link", name="Photo", exact=True).click()
        expect(page).to_have_title("Photo · Slate")
        expect(page.get_by_role("link", name="Photo", exact=True)).not_to_be_in_viewport()
        menu.click()
        page.get_by_role("button", name="Close menu").click()
        expect(menu).to_be_visible()


@pytest.mark.parametrize("width", [768, 1024, 1440])
def test_the_navigation_is_one_line_with_a_place_for_every_page(browser: Browser, stack: Stack, width: int) -> None:
    with browser.new_context(viewport={"width": width, "height": 800}) as context:
        page = context.new_page()
        page.goto(f"{stack.url('frontend')}/history")
        links = '[data-testid="stTopNavLink"], [data-testid="stTopNavSection"]'
        expect(page.get_by_role("button", name="More", exact=True)).to_be_visible()
        boxes = [box for each in page.locator(links).all() if each.is_visible() and (box := each.bounding_box())]
        assert len({round(box["y"]) for box in boxes}) == 1
        assert all(box["height"] >= THUMB_PX for box in boxes)
        assert page.get_by_role("button", name=re.compile(r"\d+ more")).count() == 0  # nothing had to go
        page.get_by_role("button", name="Model", exact=True).click()
        expect(page.get_by_role("menuitem", name="Statistics")).to_be_visible()
        assert min(heights(page, '[data-testid="stTopNavDropdownLink"]')) >= THUMB_PX


@pytest.mark.parametrize("size", SIZES)
def test_hardly_anything_moves_while_a_page_loads_and_the_tab_has_its_name(
    browser: Browser, stack: Stack, size: str
) -> None:
    with browser.new_context() as context:
        paths = list_pages(context.new_page(), stack.url("frontend"))
    moved, titles = {}, set()
    for path in paths:
        with browser.new_context(viewport=SIZES[size]) as context:  # a browser that has nothing in its cache
            page = context.new_page()
            page.set_default_timeout(60_000)
            page.add_init_script(WATCH)
            page.goto(f"{stack.url('frontend')}/{path}")
            wait_until_at_rest(page)
            moved[path] = page.evaluate("window.moved")
            titles.add(page.title())
    assert {path: shift for path, shift in moved.items() if shift >= GOOD} == {}
    assert len(titles) == len(paths)
    assert all(title.endswith(" · Slate") for title in titles)


def test_every_icon_is_drawn_and_no_font_of_streamlit_is_loaded(browser: Browser, stack: Stack) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        sizes: dict[str, int] = {}
        page.on("response", lambda answer: sizes.update({answer.url: int(answer.headers.get("content-length", 0))}))
        page.goto(f"{stack.url('frontend')}/history")
        icon = page.get_by_test_id("stIconMaterial").first
        expect(icon).to_be_visible()
        page.evaluate("document.fonts.ready")
        box = icon.bounding_box()
        assert box is not None
        assert box["width"] == pytest.approx(box["height"], abs=2)  # a missing icon is its name in letters
        fonts = {url: size for url, size in sizes.items() if "/static/media/" in url}
        assert fonts
        assert max(fonts.values()) < 60_000
