"""The Play page in a browser: a race with the real model, the card, the best time, and fooling the model."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.hand import Stroke, draw, press
from tests.e2e.stack import Stack, wait_until
from tests.unit.recognition.written_page import STROKES

pytestmark = pytest.mark.browser

LIKE_A_ONE: list[Stroke] = [[(0.35, 0.2), (0.52, 0.15), (0.47, 0.85)]]  # a 7 with a short bar


def write(digit: int) -> list[Stroke]:
    return [[(0.28 + 0.62 * x, 0.16 + 0.68 * y) for x, y in stroke] for stroke in STROKES[digit]]


def find_stored(stack: Stack, wanted: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    with stack.storage() as storage:
        return list(filter(wanted, storage.get("/v1/predictions").json()["predictions"]))


def open_play(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url('frontend')}/play")
    page.wait_for_selector("canvas.upper-canvas")


def test_ten_digits_against_the_clock(tab: Page, stack: Stack) -> None:
    open_play(tab, stack)
    earlier = [stored["id"] for stored in find_stored(stack, lambda stored: True)]
    prompt, canvas = tab.get_by_test_id("prompt"), tab.locator("canvas.upper-canvas")
    before = canvas.bounding_box()
    press(tab, "play-start")
    for done in range(10):
        expect(prompt).to_have_attribute("data-done", str(done))
        expect(prompt).to_have_attribute("data-wanted", re.compile(r"\d"))
        if done < 2:
            expect(tab.locator(".play-cover")).to_be_hidden()
            assert canvas.bounding_box() == before
            draw(tab, write(int(prompt.get_attribute("data-wanted") or "")))
        else:
            press(tab, "play-skip")
    expect(tab.get_by_test_id("result")).to_contain_text("2 of 10 digits, 2 in a row at the first try")
    with tab.expect_download() as begun:
        press(tab, "play-card")
    with Image.open(begun.value.path()) as card:
        assert (card.format, card.size) == ("PNG", (1080, 1080))
    time = tab.get_by_test_id("result").locator("b").inner_text()
    wait_until(lambda: tab.evaluate("localStorage.getItem('slate-play-best')"), "the best time is kept")
    tab.reload()
    expect(tab.locator(".play-time")).to_contain_text(f"best {time}")
    wait_until(
        lambda: [each["label"] for each in find_stored(stack, lambda one: one["id"] not in earlier)] == [None, None],
        "both are stored without a label",
    )


def test_a_seven_that_is_read_as_a_one_fools_the_model(tab: Page, stack: Stack) -> None:
    open_play(tab, stack)
    tab.locator(".st-key-play-game").get_by_role("radio", name="Fool the model").click()
    prompt, says = tab.get_by_test_id("prompt"), tab.get_by_test_id("says")
    expect(prompt).to_have_attribute("data-taken-for", re.compile(r"\d"))
    while (task := read_task(tab)) != "7 1":
        press(tab, "play-another")
        wait_until(lambda task=task: read_task(tab) != task, "another task")
    draw(tab, LIKE_A_ONE)
    expect(says).to_contain_text("I read a 1")
    expect(says).to_contain_text("What did you draw?")
    press(tab, "play-label-7")
    expect(says).to_have_text("You fooled me: a 7 that I read as a 1. Saved as 7.")
    expect(tab.get_by_test_id("card")).to_be_visible()
    assert find_stored(stack, lambda stored: (stored["digit"], stored["label"]) == (1, 7))


def read_task(page: Page) -> str:
    """`7 1`: a 7 that is read as a 1."""
    prompt = page.get_by_test_id("prompt")
    return f"{prompt.get_attribute('data-wanted')} {prompt.get_attribute('data-taken-for')}"
