"""One-tap truth on the Draw page: a rejection says one thing, "Right" labels, and recent drawings open."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.hand import ONE, SEVEN, STAR, TWO, answer, draw, expect_read_as, press
from tests.e2e.stack import Stack, open_page, wait_until

pytestmark = pytest.mark.browser

LABEL_BUTTONS = ("right", *range(10), "not_a_digit")


def expect_saved_as(page: Page, words: str) -> None:
    expect(page.get_by_test_id("saved")).to_have_text(f"Saved as {words}")
    expect(page.get_by_test_id("saved")).to_have_attribute("data-saved", "true")


def test_a_rejected_drawing_is_right_with_one_key_and_says_so_everywhere(page: Page, stack: Stack) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Draw a digit")
    expect(page.get_by_test_id("hint").locator("img.moving")).to_be_visible()
    draw(page, STAR)
    expect(answer(page)).to_contain_text("This does not look like a digit")
    expect(answer(page)).not_to_contain_text("%")
    expect(page.get_by_test_id("bars").locator(".top")).to_have_count(0)
    expect(page.get_by_test_id("hint").locator("img")).to_have_count(0)
    draw(page, ONE)
    moving = page.get_by_test_id("hint").evaluate("hint => hint.getAnimations().length")
    assert moving == 0, "the page draws frames for a hint that is not there"
    expect(answer(page)).to_contain_text("This does not look like a digit")
    page.keyboard.press("Enter")
    expect_saved_as(page, "not a digit")
    entry = page.get_by_test_id("recent").locator("button").first
    expect(entry).to_contain_text("– ✓")
    page.goto(f"{stack.url('frontend')}/history")
    row = page.get_by_test_id("history-row").first
    expect(row).to_contain_text("does not look like a digit")
    expect(row).not_to_contain_text("%")


def test_the_hint_moves_only_before_the_first_drawing(page: Page) -> None:
    draw(page, ONE)
    expect(answer(page)).to_be_visible()
    press(page, "clear")
    hint = page.get_by_test_id("hint").locator("img")
    expect(hint).to_have_count(1)
    expect(hint).to_be_visible()
    expect(hint).not_to_have_class("moving")


def test_right_then_clear_makes_room_for_the_next_drawing(page: Page, stack: Stack) -> None:
    page.locator(".st-key-then-clear label").first.click()
    ids = []
    for strokes, digit in ((SEVEN, 7), (ONE, 1)):
        draw(page, strokes)
        ids.append(expect_read_as(page, digit))
        press(page, "feedback-right")
        expect(page.get_by_test_id("empty")).to_be_visible()
        expect_saved_as(page, str(digit))
    with stack.storage() as storage:
        assert [storage.get(f"/v1/predictions/{each}").json()["label"] for each in ids] == [7, 1]


def test_all_right_saves_every_digit_of_a_number(page: Page, stack: Stack) -> None:
    draw(page, SEVEN, 0.4, (0.02, 0.2))
    alone = expect_read_as(page, 7)
    draw(page, TWO, 0.4, (0.5, 0.2))
    expect(page.get_by_test_id("drawn-number")).to_have_attribute("data-text", "72")
    press(page, "feedback-right")
    expect_saved_as(page, "7 2")
    with stack.storage() as storage:
        newest = storage.get("/v1/predictions", params={"limit": 2}).json()["predictions"]
        assert sorted(each["label"] for each in newest) == [2, 7]
        assert alone not in [each["id"] for each in newest]


def test_a_recent_drawing_opens_and_comes_back_to_the_canvas_or_goes(page: Page, stack: Stack) -> None:
    draw(page, SEVEN)
    seven = expect_read_as(page, 7)
    press(page, "clear")
    expect(page.get_by_test_id("empty")).to_be_visible()
    entry = page.get_by_test_id("recent").locator(f'[data-id="{seven}"]')
    entry.click()
    expect(page.get_by_test_id("opened")).to_contain_text("Read as 7")
    press(page, "opened-feedback-1")
    expect(page.get_by_test_id("opened-words")).to_have_text("Read as 7, but it is 1")
    press(page, "put-on-canvas")
    expect(page.get_by_test_id("opened")).to_have_count(0)
    expect(answer(page)).to_have_attribute("data-id", seven)  # the same drawing, not a copy of it
    expect_saved_as(page, "1")
    expect(entry).to_have_class(re.compile("wrong"))
    entry.click()
    expect(page.get_by_test_id("opened")).to_be_visible()
    press(page, "opened-delete")
    press(page, "really-delete")
    expect(page.get_by_test_id("opened")).to_have_count(0)
    expect(entry).to_have_count(0)
    expect(page.get_by_test_id("empty")).to_be_visible()
    with stack.storage() as storage:
        wait_until(lambda: storage.get(f"/v1/predictions/{seven}").status_code == 404, "the drawing is deleted")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (768, 1024)])
def test_canvas_answer_and_label_buttons_are_on_one_screen_and_large_enough_for_a_thumb(
    browser: Browser, stack: Stack, width: int, height: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme="dark")
    page = context.new_page()
    open_page(page, stack)
    draw(page, STAR)
    expect(answer(page)).to_contain_text("This does not look like a digit")
    page.evaluate("document.querySelector('.stMain').scrollTo(0, 0)")
    for button in LABEL_BUTTONS:
        box = page.locator(f".st-key-feedback-{button} button").bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44, button
        assert box["y"] + box["height"] <= height, button
    assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= width
    context.close()
