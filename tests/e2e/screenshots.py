"""Pictures of the page for the README, from a running stack: `make run` in one terminal, `make screenshots` in another.

Draws a few digits, corrects one, and writes docs/images/draw-desktop.png and docs/images/draw-phone.png.
"""

import argparse
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.conftest import CHROMIUM_FLAGS, find_chromium
from tests.e2e.hand import FOUR, ONE, SEVEN, TWO, Stroke, answer, draw, press, say_it_is

IMAGES = Path(__file__).parents[2] / "docs" / "images"


def open_page(browser: Browser, url: str, width: int, height: int, colours: str) -> Page:
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=colours, device_scale_factor=1.5)
    page.goto(url)
    page.get_by_test_id("empty").wait_for()
    page.locator("canvas.upper-canvas").wait_for()
    return page


def draw_and_label(page: Page, strokes: list[Stroke], scale: float, shift: tuple[float, float], label: int) -> None:
    draw(page, strokes, scale, shift)
    expect(answer(page)).to_be_visible(timeout=30_000)
    page.wait_for_timeout(700)
    say_it_is(page, label)


def main() -> None:
    parser = argparse.ArgumentParser(description="Pictures of a running Slate.")
    parser.add_argument("--url", default="http://127.0.0.1:8501")
    arguments = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        desktop = open_page(browser, arguments.url, 1200, 860, "light")
        for strokes, scale, shift, label in [
            (SEVEN, 0.5, (0.05, 0.4), 7),
            (ONE, 0.8, (0.3, 0.1), 1),
            (FOUR, 0.4, (0.55, 0.05), 4),
            (TWO, 0.9, (0.05, 0.05), 2),
        ]:
            draw_and_label(desktop, strokes, scale, shift, label)
            press(desktop, "clear")
            desktop.get_by_test_id("empty").wait_for()
        draw_and_label(desktop, SEVEN, 0.7, (0.25, 0.1), 7)
        desktop.screenshot(path=IMAGES / "draw-desktop.png")
        phone = open_page(browser, arguments.url, 390, 844, "dark")
        draw_and_label(phone, TWO, 0.8, (0.1, 0.1), 2)
        phone.evaluate("scrollTo(0, 0)")
        phone.screenshot(path=IMAGES / "draw-phone.png", full_page=True)
        browser.close()


if __name__ == "__main__":
    main()
