"""How long ten labels take on the page "Help the model", by keys on a desktop and by a thumb on a phone.

The person looks at each drawing for a while, as people do. The time runs from the first drawing until the page says
that the last label is saved.
"""

import base64
import random
import time
from collections.abc import Callable, Mapping
from uuid import uuid4

from playwright.sync_api import Browser, Page, expect

from benchmarks.page.shifts import PATIENCE_MS, SIZES
from tests.e2e.pages import open_view
from tests.e2e.screenshots import write_drawing
from tests.e2e.stack import Stack

PATH = "help-the-model"
LABELS = 10
LOOK_S = 0.5  # at each drawing
DIGIT = "7"  # the label that every drawing gets

HEAD = f"""
| ten labels, {LOOK_S:g} s for each drawing | keys | thumb |
| --- | --- | --- |"""


def measure_labels(browser: Browser, stack: Stack) -> Mapping[str, float]:
    """Labels ten drawings in each way, and returns the seconds."""
    ways: dict[str, tuple[str, Callable[[Page], None]]] = {"keys": ("desktop", press), "thumb": ("phone", tap)}
    seconds = {}
    for way, (size, answer) in ways.items():
        store_doubtful(stack)
        seconds[way] = measure_way(browser, stack.url("frontend"), size, answer)
    return seconds


def store_doubtful(stack: Stack) -> None:
    """Stores ten drawings that no model was sure about."""
    chance = random.Random(8)
    with stack.storage() as storage:
        for digit in range(LABELS):
            body = {
                "digit": digit,
                "confidence": 0.1,
                "probabilities": [0.1] * 10,
                "digit_score": 1,
                "model": {"name": "cnn", "version": "1"},
                "drawing": base64.b64encode(write_drawing(digit, chance)).decode(),
            }
            storage.put(f"/v1/predictions/{uuid4()}", json=body).raise_for_status()


def measure_way(browser: Browser, url: str, size: str, answer: Callable[[Page], None]) -> float:
    """Opens the page and labels all drawings that it asks for. RuntimeError if there are not ten of them."""
    with browser.new_context(viewport=SIZES[size], has_touch=size == "phone") as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        open_view(page, url, PATH)
        progress = page.get_by_test_id("progress")
        expect(progress).to_be_visible(timeout=PATIENCE_MS)
        if progress.inner_text() != f"1 of {LABELS}":
            raise RuntimeError(f"the page asks {progress.inner_text()!r}")
        start = time.monotonic()
        for number in range(1, LABELS + 1):
            expect(progress).to_have_text(f"{number} of {LABELS}")
            expect(page.locator(".asking figure img")).to_be_visible()
            page.wait_for_timeout(LOOK_S * 1000)
            answer(page)
        saved = page.locator(f'[data-testid="saved"][data-saved="true"][data-count="{LABELS}"]')
        expect(saved).to_be_visible(timeout=PATIENCE_MS)
        return time.monotonic() - start


def press(page: Page) -> None:
    """Labels the drawing by its key."""
    page.keyboard.press(DIGIT)


def tap(page: Page) -> None:
    """Labels the drawing by a thumb."""
    page.locator(f'.asking button[name="{DIGIT}"]').tap()


def write_row(name: str, seconds: Mapping[str, float]) -> str:
    """One row of the table."""
    return f"| {name} | {seconds['keys']:.1f} s | {seconds['thumb']:.1f} s |"
