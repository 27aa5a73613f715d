"""The Photo page: each kind of file, files that cannot be read, and the camera."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from pillow_heif import register_heif_opener
from playwright.sync_api import Browser, Page, expect

from tests.conftest import CHROMIUM_FLAGS, find_chromium
from tests.e2e.photo_cards import (
    LONG_MS,
    card,
    drawing_of,
    expect_number,
    expect_saved,
    ids_of,
    open_photo_page,
    upload,
)
from tests.e2e.stack import NO_CERTIFICATES, Stack
from tests.integration.inference.conftest import encode, seven
from tests.unit.recognition.written_page import Written, as_png, write, write_rows

pytestmark = pytest.mark.browser
register_heif_opener()

BLANK = encode(Image.new("L", (300, 300), 255))


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
