"""The Photo page: what is on it outlives a visit to another page, a reload and a service that hangs."""

import base64
import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.photo_cards import (
    LONG_MS,
    card,
    expect_number,
    expect_saved,
    ids_of,
    label,
    open_photo_page,
    upload,
)
from tests.e2e.stack import Stack
from tests.unit.recognition.written_page import as_png, write_rows

pytestmark = pytest.mark.browser

PASTE = """picture => {
  const transfer = new DataTransfer(), bytes = Uint8Array.from(atob(picture), (sign) => sign.charCodeAt(0));
  transfer.items.add(new File([bytes], "pasted.png", { type: "image/png" }));
  const paste = new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
  document.body.dispatchEvent(paste);
}"""


def test_a_pasted_picture_is_read_and_comes_back_with_its_labels_after_a_reload(photo_page: Page, stack: Stack) -> None:
    photo_page.evaluate(PASTE, base64.b64encode(as_png(write_rows(["42"])[0])).decode())
    expect_number(card(photo_page, "pasted.png"), "42")
    label(card(photo_page, "pasted.png"), 1, 9)
    expect_number(card(photo_page, "pasted.png"), "92")
    expect_saved(card(photo_page, "pasted.png"))
    before = ids_of(card(photo_page, "pasted.png"))
    photo_page.reload()
    expect_number(card(photo_page, "pasted.png"), "92")
    expect_saved(card(photo_page, "pasted.png"))
    assert ids_of(card(photo_page, "pasted.png")) == before
    stranger = photo_page.context.new_page()  # another tab
    open_photo_page(stranger, stack)
    expect(stranger.get_by_test_id("file")).to_have_count(0)
    stranger.close()


def test_pictures_stay_through_a_visit_to_another_page_and_are_stored_once(photo_page: Page, stack: Stack) -> None:
    upload(photo_page, page_png=as_png(write_rows(["42"])[0]))
    expect_saved(card(photo_page, "page.png"))
    before = ids_of(card(photo_page, "page.png"))
    with stack.storage() as storage:
        predictions = storage.get("/v1/statistics").json()["overall"]["predictions"]
    label(card(photo_page, "page.png"), 1, 9)
    expect_number(card(photo_page, "page.png"), "92")

    photo_page.get_by_role("link", name="Draw").first.click()
    photo_page.wait_for_selector("canvas.upper-canvas", timeout=LONG_MS)
    photo_page.get_by_role("link", name="Photo").first.click()
    shown = card(photo_page, "page.png")
    expect_number(shown, "92")
    expect(shown.get_by_role("radio", name="9").first).to_be_checked()
    expect_saved(shown)
    assert ids_of(shown) == before
    with stack.storage() as storage:
        assert storage.get("/v1/statistics").json()["overall"]["predictions"] == predictions

    shown.get_by_role("button", name="Remove").click()
    expect(photo_page.get_by_test_id("file")).to_have_count(0, timeout=LONG_MS)


def test_while_inference_hangs_the_picture_waits_and_is_read_afterwards(photo_page: Page, stack: Stack) -> None:
    with stack.stopped("inference"):
        upload(photo_page, page_png=as_png(write_rows(["42"])[0]))
        expect(card(photo_page, "page.png").get_by_test_id("problem")).to_have_text(
            re.compile("Not read yet"), timeout=LONG_MS
        )
        expect(photo_page.get_by_text("The recogniser can't be reached.")).to_be_visible(timeout=LONG_MS)
    expect_number(card(photo_page, "page.png"), "42")
    expect_saved(card(photo_page, "page.png"))


def test_while_storage_hangs_digits_are_read_labelled_and_saved_afterwards(photo_page: Page, stack: Stack) -> None:
    with stack.stopped("storage"):
        upload(photo_page, page_png=as_png(write_rows(["42"])[0]))
        shown = card(photo_page, "page.png")
        expect_number(shown, "42")
        expect(shown.get_by_test_id("saved")).to_have_text(re.compile("^Not saved yet"), timeout=LONG_MS)
        label(shown, 2, 3)
        expect_number(shown, "43")
        second = ids_of(shown)[1]
    expect_saved(shown)
    with stack.storage() as storage:
        stored = storage.get(f"/v1/predictions/{second}").json()
    assert (stored["digit"], stored["label"]) == (2, 3)
