"""Screenshots of every page for the documentation: `make screenshots` starts a stack, fills it and writes docs/images.

The drawings in the history are generated, some neat and some untidy. The real models read them, and most are labelled.
"""

import base64
import io
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect, sync_playwright

from shared.clients.inference import InferenceClient
from tests.conftest import CHROMIUM_FLAGS, find_chromium
from tests.e2e.hand import SEVEN, TWO, answer, draw, label_as, press
from tests.e2e.pages import RUN_ENDED, UNFINISHED, list_pages, open_view
from tests.e2e.stack import Stack, open_page, running_stack
from tests.unit.recognition.test_photograph import take
from tests.unit.recognition.written_page import STROKES, Written, draw_stroke, write

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SIZES: dict[str, tuple[int, int, Literal["light", "dark"]]] = {
    "desktop": (1280, 900, "light"),
    "phone": (390, 844, "dark"),
}
SIDE = 280  # pixels of a drawing
DRAWINGS, DAYS = 240, 14
LABELLED = 0.8  # share of the drawings
SLATE, CHALK = np.array([32, 48, 44]), np.array([255, 255, 255])


def write_drawing(digit: int, chance: random.Random) -> bytes:
    """A digit at a random place on the canvas, with random noise on its points. PNG."""
    ink = np.zeros((SIDE, SIDE), np.uint8)
    height, shake = chance.uniform(90, 220), chance.choice([0.004, 0.008, 0.015, 0.06])
    left, top = chance.uniform(20, SIDE - 20 - 0.62 * height), chance.uniform(20, SIDE - 20 - height)
    slant, pen = chance.uniform(-0.3, 0.3), chance.uniform(8, 22)
    for stroke in STROKES[digit]:
        shaken = [(x + chance.gauss(0, shake), y + chance.gauss(0, shake)) for x, y in stroke]
        points = [(left + (x + slant * (0.5 - y)) * height, top + y * height) for x, y in shaken]
        draw_stroke(ink, points, pen)
    share = ink[..., None] / 255
    return encode(Image.fromarray((SLATE * (1 - share) + CHALK * share).astype(np.uint8)))


def encode(picture: Image.Image) -> bytes:
    """The picture as a PNG file."""
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def fill(stack: Stack, chance: random.Random) -> None:
    """Stores two weeks of drawings, read by two models."""
    now = datetime.now(UTC)
    with InferenceClient(stack.url("inference")) as inference, stack.storage() as storage:
        for number in range(DRAWINGS):
            digit = chance.randrange(10)
            drawing = write_drawing(digit, chance)
            prediction = inference.predict(drawing, model=chance.choice(["cnn", "cnn", "mlp"]))
            body = {
                **prediction.model_dump(
                    mode="json", include={"digit", "confidence", "probabilities", "digit_score", "model"}
                ),
                "drawing": base64.b64encode(drawing).decode(),
                "source": "canvas",
                "created_at": (now - timedelta(days=DAYS * (1 - number / DRAWINGS))).isoformat(),
            }
            storage.put(f"/v1/predictions/{prediction.id}", json=body).raise_for_status()
            if chance.random() < LABELLED:
                label = {"digit": digit}
                storage.put(f"/v1/predictions/{prediction.id}/label", json=label).raise_for_status()


def write_sheet() -> bytes:
    """A photograph of two lines of digits, as a JPEG file."""
    lines = [("31415", 60, 50), ("2026", 90, 190)]
    digits = [
        Written(int(character), left + 78 * place, top + 5 * (place % 3), 92 + 8 * (place % 2))
        for line, left, top in lines
        for place, character in enumerate(line)
    ]
    return take(write(digits, 520, 340))


def show_drawing(page: Page) -> None:
    """Draws two digits and labels them."""
    draw(page, SEVEN)
    expect(answer(page)).to_have_attribute("data-digit", "7")
    label_as(page, 7)
    press(page, "clear")
    expect(page.get_by_test_id("empty")).to_be_visible()
    draw(page, TWO, 0.8, (0.1, 0.1))
    expect(answer(page)).to_have_attribute("data-digit", "2")
    expect(page.get_by_test_id("looks")).to_have_attribute("data-explained", "true")  # later on a busy machine
    label_as(page, 2)


def show_photo(page: Page) -> None:
    """Uploads a photograph and waits until its digits are saved."""
    sheet = FilePayload(name="sheet.jpg", mimeType="image/jpeg", buffer=write_sheet())
    page.locator(".st-key-intake input[type=file]").set_input_files(sheet)
    expect(page.get_by_test_id("saved").first).to_have_text("Saved")


def photograph(page: Page, name: str, size: str) -> None:
    """Takes a screenshot of the whole page. Streamlit scrolls inside the page, so the window is made as high as it."""
    width, height, _ = SIZES[size]
    content = page.evaluate("document.querySelector('.stMainBlockContainer').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(height, content), 2600)})
    expect(page.locator(RUN_ENDED)).to_be_visible()  # what a run has not reached yet is pale
    expect(page.locator(UNFINISHED)).to_have_count(0)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}-{size}.png", animations="disabled")
    page.set_viewport_size({"width": width, "height": height})


def visit(browser: Browser, stack: Stack, size: str) -> None:
    """Takes a screenshot of every page."""
    width, height, colours = SIZES[size]
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=colours)
    page.set_default_timeout(60_000)
    _, *others = list_pages(page, stack.url("frontend"))
    page.set_viewport_size({"width": width, "height": height})
    open_page(page, stack)
    show_drawing(page)
    photograph(page, "draw", size)
    for path in others:
        open_view(page, stack.url("frontend"), path)
        if path == "photo":
            show_photo(page)
        photograph(page, path, size)
    page.close()


def main() -> None:
    """Writes docs/images/<page>-<size>.png."""
    expect.set_options(timeout=60_000)
    with running_stack() as stack, sync_playwright() as playwright:
        fill(stack, random.Random(7))
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        for size in SIZES:
            visit(browser, stack, size)
        browser.close()


if __name__ == "__main__":
    main()
