"""Uploads pictures on the Photo page, and finds what it shows of each."""

import re

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.e2e.pages import RUN_ENDED
from tests.e2e.stack import Stack

LONG_MS = 60_000


def open_photo_page(page: Page, stack: Stack) -> Page:
    page.goto(f"{stack.url('frontend')}/photo")
    page.locator(".st-key-intake input[type=file]").wait_for(state="attached", timeout=LONG_MS)
    return page


def upload(page: Page, **files: bytes) -> None:
    """Uploads files. The name `seven_png` stands for the file seven.png."""
    payloads: list[FilePayload] = [
        {"name": name.replace("_", "."), "mimeType": "image/png", "buffer": data} for name, data in files.items()
    ]
    page.locator(".st-key-intake input[type=file]").set_input_files(payloads)


def card(page: Page, name: str) -> Locator:
    """The box of one file."""
    heading = page.get_by_test_id("file").get_by_text(name, exact=True)
    return page.locator('[class*="st-key-photo-"]', has=heading).last


def expect_number(card: Locator, *lines: str) -> None:
    """The digits of each line, whatever spaces they are read with."""
    text = card.locator('[class*="st-key-number"] code')
    expect(text).to_have_text(re.compile(r"\s*".join("".join(lines))), timeout=LONG_MS)


def expect_saved(card: Locator) -> None:
    """Waits until storage has everything. During a run, the page may still say so of what was there before."""
    expect(card.page.locator(RUN_ENDED)).to_be_visible(timeout=LONG_MS)
    expect(card.get_by_test_id("saved")).to_have_text("Saved", timeout=LONG_MS)


def label(card: Locator, number: int, digit: int) -> None:
    buttons = card.get_by_role("radiogroup", name=f"True value of digit {number}").last
    buttons.get_by_text(str(digit), exact=True).click()


def tap(card: Locator, number: int) -> Locator:
    """Taps a digit on the picture. Returns the box with its buttons."""
    card.get_by_test_id("box").nth(number - 1).click()
    tapped = card.locator('[class*="st-key-tapped-"]')
    expect(tapped.locator(".place")).to_have_text(str(number), timeout=LONG_MS)
    return tapped


def ids_of(card: Locator) -> list[str]:
    found = card.get_by_test_id("found")
    return [str(found.nth(place).get_attribute("data-id")) for place in range(found.count())]


def drawing_of(stack: Stack, prediction_id: str) -> bytes:
    with stack.storage() as storage:
        return storage.get(f"/v1/predictions/{prediction_id}/drawing").content
