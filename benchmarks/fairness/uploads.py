"""Visitors of the Photo page upload a large picture at the same time, while another visitor draws, in real browsers."""

import asyncio
import random
import time
from collections import Counter
from contextlib import ExitStack

from playwright.async_api import Browser, FilePayload, Page, async_playwright
from playwright.async_api import TimeoutError as NotShownError

from benchmarks.fairness.large_pictures import LARGEST_WEBP, draw_page, encode
from benchmarks.fairness.load import PICTURE_GROWTH_MIB
from benchmarks.fairness.others import Waits
from benchmarks.fairness.processes import measure_resident_bytes, watching_memory
from benchmarks.fairness.row import Row
from benchmarks.fairness.services import Running, run_frontend, run_inference, run_postgres, run_storage
from benchmarks.page.strokes import PHONE, WATCH, draw_stroke
from benchmarks.process_tree import list_processes
from tests.conftest import CHROMIUM_FLAGS, find_chromium

NAME = "lossless WebP of 16 megapixels on the Photo page, all at once"
VISITORS = 8
UNLOADED_STROKES, STROKES = 12, 24
PAUSE_S = 0.2  # between an answer and the next stroke
STROKE_TIMEOUT_MS = 10_000  # then the stroke counts as failed
READ_TIMEOUT_MS = 30_000  # for the answer to an upload
LOAD_TIMEOUT_MS = 60_000  # for a page to load


def measure_uploads() -> Row:
    """One row: the wait from the end of a stroke to its answer, and the memory of the page's processes."""
    with ExitStack() as stack:
        storage = stack.enter_context(run_storage(stack.enter_context(run_postgres())))
        inference = stack.enter_context(run_inference())
        frontend = stack.enter_context(run_frontend(inference.url, storage.url))
        return asyncio.run(_measure(frontend))


async def _measure(frontend: Running) -> Row:
    picture = encode(draw_page(LARGEST_WEBP), "WEBP", lossless=True, method=0)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        visitors = [await open_photo_page(browser, frontend.url) for _ in range(VISITORS)]
        drawing = await open_draw_page(browser, frontend.url)
        unloaded, before = await draw(drawing, UNLOADED_STROKES), measure_memory(frontend)
        with watching_memory(frontend.process.pid) as stop_watching:
            uploads = asyncio.gather(*(upload(page, picture) for page in visitors))
            loaded = await draw(drawing, STROKES)
            answers = Counter(await uploads)
            peak = stop_watching()
        await browser.close()
    ended = frontend.has_ended
    return Row(NAME, f"{VISITORS} visitors", unloaded, loaded, answers, before, peak, PICTURE_GROWTH_MIB, ended)


def measure_memory(running: Running) -> int:
    """Resident memory of the service in bytes."""
    return measure_resident_bytes(list_processes(running.process.pid))


async def open_photo_page(browser: Browser, url: str) -> Page:
    """A visitor of their own on the Photo page."""
    page = await browser.new_page(bypass_csp=True)
    await page.goto(f"{url}/photo")
    await page.locator(".st-key-intake input[type=file]").wait_for(state="attached", timeout=LOAD_TIMEOUT_MS)
    return page


async def open_draw_page(browser: Browser, url: str) -> Page:
    """A visitor of their own on the Draw page, who watches for answers."""
    page = await browser.new_page(viewport=PHONE, bypass_csp=True)  # Playwright's waiting needs eval
    await page.goto(url)
    await page.locator("canvas.upper-canvas").wait_for(timeout=LOAD_TIMEOUT_MS)
    await page.get_by_test_id("empty").wait_for(timeout=LOAD_TIMEOUT_MS)
    await page.evaluate(WATCH)
    return page


async def upload(page: Page, picture: bytes) -> str:
    """Uploads the picture → "read", "refused" with a sentence, or "no answer"."""
    file: FilePayload = {"name": "page.webp", "mimeType": "image/webp", "buffer": picture}
    await page.locator(".st-key-intake input[type=file]").set_input_files(file)
    shown = page.locator("[data-testid=number], [data-testid=problem]").first
    try:
        await shown.wait_for(timeout=READ_TIMEOUT_MS)
    except NotShownError:
        return "no answer"
    return "read" if await shown.get_attribute("data-testid") == "number" else "refused"


async def draw(page: Page, strokes: int) -> Waits:
    """Draws strokes one after the other. A stroke that changes nothing on the page in time counts as failed."""
    chance, waits = random.Random(0), Waits()
    for _ in range(strokes):
        await asyncio.sleep(PAUSE_S)
        before = await page.evaluate("slate.answers.length")
        started = time.perf_counter()
        await draw_stroke(page, chance)
        try:
            await page.wait_for_function(f"slate.answers.length > {before}", timeout=STROKE_TIMEOUT_MS)
        except NotShownError:
            waits.add("no answer", time.perf_counter() - started)
        else:
            waits.add("200", await page.evaluate(f"slate.answers[{before}]") / 1000)
    return waits
