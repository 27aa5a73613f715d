"""The page "Look inside": from the canvas to every layer, with a real browser and real services."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.hand import SEVEN, draw, expect_read_as, press
from tests.e2e.stack import Stack, open_page
from tests.e2e.test_accessibility import find_violations

pytestmark = pytest.mark.browser


def look_inside(page: Page, stack: Stack) -> None:
    """Draws a seven, and goes on to the page."""
    open_page(page, stack)
    draw(page, SEVEN)
    expect_read_as(page, 7)
    press(page, "look-inside")
    expect(page.get_by_test_id("change")).to_be_visible()
    expect(page.get_by_test_id("detail")).to_have_count(3)


@pytest.mark.parametrize(("width", "colours"), [(390, "dark"), (1280, "light")])
def test_every_layer_is_shown_and_a_map_opens_by_thumb_and_by_keyboard(
    browser: Browser, stack: Stack, width: int, colours: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=colours, has_touch=width < 600)
    page = context.new_page()
    page.set_default_timeout(60_000)
    look_inside(page, stack)
    stages = page.get_by_test_id("stage")
    maps, more_maps, clues = [stages.nth(place).get_by_test_id("tile").count() for place in range(3)]
    assert (maps, more_maps) == (32, 64)
    assert 0 < clues <= 24
    first, detail = stages.first, stages.first.get_by_test_id("detail")
    tile = first.get_by_test_id("tile").nth(5)
    box = tile.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    tile.tap() if width < 600 else tile.hover()
    expect(detail).to_contain_text("Map 6 of 32")
    expect(detail.get_by_role("img", name="Map 6 of 32 over your drawing")).to_be_visible()
    tile.focus()
    page.keyboard.press("ArrowRight")
    expect(detail).to_contain_text("Map 7 of 32")
    expect(page.get_by_test_id("change")).to_have_attribute("data-digit", re.compile(r"[0-689]"))
    expect(page.get_by_test_id("votes").locator(".top")).to_contain_text("7")
    assert find_violations(page) == []
    assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= width
    context.close()


def test_without_a_drawing_the_page_says_how_to_go_on(tab: Page, stack: Stack) -> None:
    tab.goto(f"{stack.url('frontend')}/look-inside")
    expect(tab.get_by_test_id("sentence")).to_contain_text("Draw a digit first")
    tab.get_by_role("link", name="Draw a digit").click()
    expect(tab.locator("canvas.upper-canvas")).to_be_visible()
