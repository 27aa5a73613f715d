"""The Photo page: the digits of a picture are found, read, saved and corrected."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.photo_cards import (
    LONG_MS,
    card,
    drawing_of,
    expect_number,
    expect_saved,
    ids_of,
    label,
    tap,
    upload,
)
from tests.e2e.stack import Stack, wait_until
from tests.integration.inference.conftest import encode, seven
from tests.unit.recognition.test_photograph import take
from tests.unit.recognition.written_page import as_png, write_rows

pytestmark = pytest.mark.browser


def test_a_single_digit_is_read_and_its_picture_stored_unchanged(photo_page: Page, stack: Stack) -> None:
    picture = encode(seven(), "JPEG")
    upload(photo_page, seven_jpg=picture)
    shown = card(photo_page, "seven.jpg")
    expect_number(shown, "7")
    expect_saved(shown)
    expect(shown.get_by_test_id("box")).to_have_count(1)
    (prediction_id,) = ids_of(shown)
    with stack.storage() as storage:
        stored = storage.get(f"/v1/predictions/{prediction_id}").json()
    assert (stored["digit"], stored["source"], stored["label"]) == (7, "upload", None)
    assert drawing_of(stack, prediction_id) == picture


def test_a_page_is_read_in_order_labelled_and_stored(photo_page: Page, stack: Stack) -> None:
    upload(photo_page, page_jpg=take(write_rows(["2026", "31415"])[0]))
    shown = card(photo_page, "page.jpg")
    expect_number(shown, "2026", "31415")
    expect(shown.get_by_test_id("box")).to_have_count(9)
    expect(shown.locator("img.whole")).to_have_js_property("complete", True)
    expect(shown.locator("img.ink")).not_to_have_js_property("naturalWidth", 0)
    expect_saved(shown)
    third = ids_of(shown)[2]

    label(shown, 3, 7)
    expect(shown.get_by_test_id("corrected")).to_have_text("1 digit corrected.", timeout=LONG_MS)
    expect_number(shown, "2076", "31415")
    expect_saved(shown)
    with stack.storage() as storage:
        stored = storage.get(f"/v1/predictions/{third}").json()
    assert (stored["digit"], stored["label"]) == (2, 7)
    cutout = Image.open(io.BytesIO(drawing_of(stack, third)))
    assert (cutout.format, max(cutout.size) < 130) == ("PNG", True)

    label(shown, 3, 7)
    expect(shown.get_by_test_id("found").nth(2)).to_have_attribute("data-label", "", timeout=LONG_MS)
    expect_saved(shown)
    with stack.storage() as storage:
        assert storage.get(f"/v1/predictions/{third}").json()["label"] is None


def test_a_digit_that_is_tapped_on_the_picture_can_be_corrected_removed_and_put_back(
    photo_page: Page, stack: Stack
) -> None:
    upload(photo_page, page_png=as_png(write_rows(["42"])[0]))
    shown = card(photo_page, "page.png")
    expect_saved(shown)
    second = ids_of(shown)[1]
    tapped = tap(shown, 2)
    label(tapped, 2, 3)
    expect_number(shown, "43")
    tapped.get_by_role("button", name="Not a digit").click()
    expect_number(shown, "4")
    expect(shown.get_by_test_id("corrected")).to_have_text("1 digit removed.")
    expect_saved(shown)
    with stack.storage() as storage:
        assert storage.get(f"/v1/predictions/{second}").status_code == 404
    tapped.get_by_role("button", name="Put back").click()
    expect_number(shown, "43")
    expect_saved(shown)
    put_back = ids_of(shown)[-1]  # another one, because what was deleted stays deleted
    with stack.storage() as storage:
        assert storage.get(f"/v1/predictions/{put_back}").json()["label"] == 3
        assert storage.get(f"/v1/predictions/{second}").status_code == 404


def test_a_tap_beside_a_digit_chooses_it_and_the_arrow_keys_move_on(photo_page: Page) -> None:
    upload(photo_page, page_png=as_png(write_rows(["42"])[0]))
    shown = card(photo_page, "page.png")
    expect_saved(shown)
    second = shown.get_by_test_id("box").nth(1).bounding_box()
    assert second is not None
    photo_page.mouse.click(second["x"] + second["width"] + 12, second["y"] + 5)
    place = shown.locator('[class*="st-key-tapped-"] .place')
    expect(place).to_have_text("2", timeout=LONG_MS)
    expect(shown.get_by_test_id("box").nth(1)).to_have_attribute("aria-pressed", "true")
    shown.get_by_test_id("box").nth(1).press("ArrowLeft")
    photo_page.keyboard.press("Enter")
    expect(place).to_have_text("1", timeout=LONG_MS)


def test_a_picture_on_its_side_is_read_upright_and_a_turn_by_hand_is_obeyed(photo_page: Page, stack: Stack) -> None:
    picture = Image.open(io.BytesIO(as_png(write_rows(["3147"])[0])))
    upload(photo_page, page_png=encode(picture.transpose(Image.Transpose.ROTATE_90)))
    shown = card(photo_page, "page.png")
    expect_number(shown, "3147")
    expect(shown.get_by_test_id("turned")).to_have_text("The picture was turned by 90° clockwise to be read.")
    expect_saved(shown)
    before = ids_of(shown)
    shown.get_by_role("button", name="Turn").click()
    expect(shown).to_contain_text("No digits were found", timeout=LONG_MS)  # the digits lie on their side, as told
    with stack.storage() as storage:
        wait_until(
            lambda: storage.get(f"/v1/predictions/{before[0]}").status_code == 404, "the first reading is deleted"
        )


def test_the_number_is_copied_with_one_click(photo_page: Page) -> None:
    photo_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    upload(photo_page, page_png=as_png(write_rows(["2026", "31415"])[0]))
    shown = card(photo_page, "page.png")
    expect_number(shown, "2026", "31415")
    photo_page.get_by_role("heading", level=1).hover()  # the button is there without a mouse over the text
    shown.get_by_role("button", name="Copy to clipboard").click()
    wait_until(lambda: photo_page.evaluate("navigator.clipboard.readText()") == "2026\n31415", "the copied number")


def test_one_tap_labels_every_digit_of_a_page(photo_page: Page, stack: Stack) -> None:
    upload(photo_page, page_png=as_png(write_rows(["42", "17"])[0]))
    shown = card(photo_page, "page.png")
    expect_saved(shown)
    shown.get_by_role("button", name="All right").click()
    with stack.storage() as storage:
        stored = [f"/v1/predictions/{prediction_id}" for prediction_id in ids_of(shown)]
        wait_until(
            lambda: [storage.get(one).json()["label"] for one in stored] == [4, 2, 1, 7], "all labels are stored"
        )


def test_an_example_is_read_with_one_tap_called_right_with_another_and_not_saved(
    photo_page: Page, stack: Stack
) -> None:
    with stack.storage() as storage:
        predictions = storage.get("/v1/statistics").json()["overall"]["predictions"]
    photo_page.set_viewport_size({"width": 390, "height": 844})
    photo_page.get_by_role("button", name="A form").click()
    shown = card(photo_page, "A form")
    expect_number(shown, "4072915", "80331", "16384", "29112026")
    expect(shown.locator(".photo")).to_have_attribute("data-digits", re.compile("small|tiny"))
    expect(shown.locator("img.ink")).to_be_hidden()  # it would hide digits of this size
    shown.get_by_role("button", name="All right").click()
    expect(shown.get_by_role("radio", name="4", exact=True).first).to_be_checked()
    expect(shown.get_by_role("button", name="Take back")).to_be_visible()
    expect(shown.get_by_test_id("saved")).to_have_text("An example, so nothing of it is saved")
    with stack.storage() as storage:
        assert storage.get("/v1/statistics").json()["overall"]["predictions"] == predictions


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_is_wider_than_the_page(photo_page: Page, width: int) -> None:
    photo_page.set_viewport_size({"width": width, "height": 900})
    upload(photo_page, page_png=as_png(write_rows(["2026", "31415"])[0]))
    expect_saved(card(photo_page, "page.png"))
    assert photo_page.evaluate("document.querySelector('.stMain').scrollWidth") <= width
    for control in card(photo_page, "page.png").get_by_role("radio").all()[:10]:
        box = control.locator("xpath=ancestor-or-self::*[self::label or self::button][1]").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
