"""The Photo page: pictures from a file or the camera, whose digits are found, read, saved and labelled."""

import base64
import io
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from pillow_heif import register_heif_opener
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.conftest import CHROMIUM_FLAGS, find_chromium
from tests.e2e.hand import ONE, draw
from tests.e2e.pages import RUN_ENDED
from tests.e2e.stack import NO_CERTIFICATES, Stack, wait_until
from tests.integration.inference.conftest import encode, seven
from tests.unit.recognition.test_photograph import take
from tests.unit.recognition.written_page import Written, as_png, write, write_rows

pytestmark = pytest.mark.browser
register_heif_opener()

LONG_MS = 60_000
BLANK = encode(Image.new("L", (300, 300), 255))


@pytest.fixture
def photo_page(page: Page, stack: Stack) -> Page:
    return open_photo_page(page, stack)


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


def test_files_that_cannot_be_read_have_a_problem_and_the_others_are_read(photo_page: Page) -> None:
    huge = io.BytesIO()
    Image.new("1", (8000, 6000), 1).save(huge, "PNG")
    upload(
        photo_page,
        one_png=as_png(write([Written(3, 60, 40, 120)], 240, 200)),
        broken_png=encode(seven())[:200],
        blank_png=BLANK,
        huge_png=huge.getvalue(),
        drawing_svg=b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        text_txt=b"no picture",
        two_png=as_png(write_rows(["58"])[0]),
    )
    for name, sentence in {
        "broken.png": r"The picture is broken and can't be decoded",
        "blank.png": r"no ink was found",
        "huge.png": r"8000 × 6000 pixels\. The limit for a file of this kind is 24,000,000",
        "drawing.svg": r"an SVG drawing, which Slate can't read",
        "text.txt": r"not a picture that Slate can read",
    }.items():
        expect(card(photo_page, name).get_by_test_id("problem")).to_have_text(re.compile(sentence), timeout=LONG_MS)
    expect_number(card(photo_page, "one.png"), "3")
    expect_number(card(photo_page, "two.png"), "58")
    expect(photo_page.get_by_test_id("file")).to_have_text(
        ["one.png", "broken.png", "blank.png", "huge.png", "drawing.svg", "text.txt", "two.png"]
    )


def test_a_broken_heic_picture_has_a_problem_and_the_page_lives(photo_page: Page) -> None:
    upload(photo_page, broken_heic=encode(Image.effect_noise((64, 64), 50), "HEIF")[:400])
    expect(card(photo_page, "broken.heic").get_by_test_id("problem")).to_have_text(
        "The file is a HEIC picture, but its end is missing. Copy or download it again."
    )
    upload(photo_page, seven_png=encode(seven()))
    expect_number(card(photo_page, "seven.png"), "7")
    expect(photo_page.get_by_test_id("file")).to_have_text(["seven.png", "broken.heic"])


def test_the_bytes_of_an_upload_are_not_kept_in_memory(photo_page: Page, stack: Stack) -> None:
    upload(photo_page, seven_png=encode(seven()))
    expect_saved(card(photo_page, "seven.png"))
    metrics = httpx.get(f"{stack.url('frontend')}/_stcore/metrics", timeout=60, verify=NO_CERTIFICATES).text
    assert "UploadedFileManager" not in metrics


def test_a_heic_picture_is_read(photo_page: Page, stack: Stack) -> None:
    upload(photo_page, phone_heic=encode(seven(600), "HEIF"))
    shown = card(photo_page, "phone.heic")
    expect_number(shown, "7")
    expect_saved(shown)
    assert Image.open(io.BytesIO(drawing_of(stack, ids_of(shown)[0]))).format == "JPEG"


def test_gif_pictures_and_the_first_page_of_a_pdf_are_read(photo_page: Page) -> None:
    page = Image.open(io.BytesIO(as_png(write_rows(["42"])[0])))
    pdf = io.BytesIO()
    page.save(pdf, "PDF", save_all=True, append_images=[page.rotate(180)])
    upload(photo_page, page_gif=encode(page, "GIF"), page_pdf=pdf.getvalue())
    for name in ("page.gif", "page.pdf"):
        expect_number(card(photo_page, name), "42")
    only = card(photo_page, "page.pdf").get_by_test_id("first-only")
    expect(only).to_have_text("Only the first page or picture of this file was read.")
    expect(card(photo_page, "page.gif").get_by_test_id("first-only")).to_have_count(0)


def test_a_file_of_50_mb_is_refused_with_the_true_limit_and_the_others_are_read(
    photo_page: Page, tmp_path: Path
) -> None:
    large, good = tmp_path / "large.png", tmp_path / "seven.png"
    with large.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    good.write_bytes(encode(seven()))
    photo_page.locator(".st-key-intake input[type=file]").set_input_files([large, good])
    expect(photo_page.get_by_test_id("too-large")).to_have_text(
        "large.png has 50.0 MB; at most 32 MB are allowed. Choose a smaller one."
    )
    expect_number(card(photo_page, "seven.png"), "7")
    expect(photo_page.get_by_test_id("file")).to_have_text(["seven.png"])


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


def test_an_example_on_the_canvas_is_read_and_saved_only_after_the_visitor_adds_to_it(page: Page) -> None:
    page.get_by_role("button", name="A three").click()
    expect(page.get_by_test_id("answer")).to_have_attribute("data-digit", "3")
    expect(page.get_by_test_id("saved").first).to_have_text("An example, not saved until you add to it")
    draw(page, ONE, 0.1, (0.05, 0.05))
    expect(page.get_by_test_id("saved").first).to_have_attribute("data-saved", "true")


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


@pytest.fixture
def camera(browser: Browser, stack: Stack, tmp_path: Path) -> Iterator[Page]:
    """The page in a browser with a fake camera that shows a seven."""
    film = write_film(tmp_path / "seven.y4m", seven(480))
    chromium = browser.browser_type.launch(
        executable_path=find_chromium(),
        args=[
            *CHROMIUM_FLAGS,
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ],
    )
    yield open_photo_page(chromium.new_page(), stack)
    chromium.close()


def write_film(path: Path, picture: Image.Image) -> Path:
    """Writes a video of one frame, 640×480, as YUV4MPEG2 4:2:0."""
    frame = Image.new("L", (640, 480), 255)
    frame.paste(picture.convert("L"), (80, 0))
    grey = bytes(np.full(2 * 320 * 240, 128, np.uint8))
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\nFRAME\n" + frame.tobytes() + grey)
    return path


def test_a_camera_picture_is_read_and_stored_with_its_source(camera: Page, stack: Stack) -> None:
    camera.get_by_text("Camera", exact=True).click()
    enough_data = 4  # HTMLMediaElement.readyState
    expect(camera.locator("video")).to_have_js_property("readyState", enough_data, timeout=LONG_MS)
    camera.get_by_role("button", name="Take Photo").click()
    expect(camera.get_by_test_id("file")).to_have_text("Camera picture 1", timeout=LONG_MS)
    expect_number(camera.locator("body"), "7")
    expect_saved(camera.locator("body"))
    (prediction_id,) = ids_of(camera.locator("body"))
    with stack.storage() as storage:
        assert storage.get(f"/v1/predictions/{prediction_id}").json()["source"] == "camera"
