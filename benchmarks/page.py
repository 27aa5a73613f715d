"""Measures how long the Draw page needs from the end of a stroke to the new answer, in a real browser.

`python -m benchmarks.page` starts the whole stack in a temporary folder. First one simulated person draws, then one
while storage is stopped by SIGSTOP, then 20 at the same time, each in a browser context of their own. It prints a
Markdown table. The browsers run on the same machine as the services and use most of it.
"""

import argparse
import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

from playwright.async_api import Browser, Page, ViewportSize, async_playwright
from playwright.async_api import TimeoutError as NoAnswerError

from tests.conftest import CHROMIUM_FLAGS, find_chromium
from tests.e2e.stack import running_stack

STROKES_ALONE = 50
PEOPLE, STROKES_EACH = 20, 10
ANSWER_TIMEOUT_MS = 20_000
STROKES_A_DRAWING = 5
STEPS, STEP_S = 8, 0.03  # so a stroke takes a quarter of a second
PAUSE_S = (1.5, 3.0)  # shortest and longest pause between an answer and the next stroke
PHONE = ViewportSize(width=390, height=844)

# JavaScript that records when the mouse button was released, and when a new answer appeared on the page.
WATCH = """() => {
  window.slate = {released: 0, answers: []};
  addEventListener("mouseup", () => { slate.released = performance.now(); }, true);
  const seen = new Set();
  new MutationObserver(() => {
    const id = document.querySelector("[data-testid=answer]")?.dataset.id;
    if (id && !seen.has(id)) { seen.add(id); slate.answers.push(performance.now() - slate.released); }
  }).observe(document.body, {subtree: true, childList: true, attributes: true});
}"""


@dataclass
class Person:
    """The results of one person: the wait for each answer, and the number of strokes without an answer."""

    waits_ms: list[float] = field(default_factory=list)
    unanswered: int = 0


async def draw_strokes(browser: Browser, url: str, count: int, seed: int, everyone: asyncio.Barrier) -> Person:
    """Draws `count` random strokes once everyone has the page open. Clears the canvas after every few strokes."""
    chance, person = random.Random(seed), Person()
    page = await browser.new_page(viewport=PHONE)
    await page.goto(url)
    await page.locator("canvas.upper-canvas").wait_for(timeout=60_000)
    await page.get_by_test_id("empty").wait_for(timeout=60_000)
    await page.evaluate(WATCH)
    await everyone.wait()
    for number in range(count):
        await asyncio.sleep(chance.uniform(*PAUSE_S))
        if number and number % STROKES_A_DRAWING == 0:
            await page.locator(".st-key-clear button").click()
            await page.get_by_test_id("empty").wait_for()
        before = await page.evaluate("slate.answers.length")
        await draw_stroke(page, chance)
        try:
            await page.wait_for_function(f"slate.answers.length > {before}", timeout=ANSWER_TIMEOUT_MS)
        except NoAnswerError:
            person.unanswered += 1
    person.waits_ms = await page.evaluate("slate.answers")
    await page.context.close()
    return person


async def draw_stroke(page: Page, chance: random.Random) -> None:
    """Draws a random line across the middle of the canvas, at least a fifth of it wide."""
    box = await page.locator("canvas.upper-canvas").bounding_box()
    if box is None:
        raise RuntimeError("the canvas is not on the page")
    start, end = ((chance.uniform(0.1, 0.4), chance.uniform(0.1, 0.9)), (chance.uniform(0.6, 0.9), chance.random()))
    points = [[box["x"] + x * box["width"], box["y"] + y * box["height"]] for x, y in (start, end)]
    await page.mouse.move(*points[0])
    await page.mouse.down()
    for step in range(1, STEPS + 1):
        await page.mouse.move(*(a + (b - a) * step / STEPS for a, b in zip(*points, strict=True)))
        await asyncio.sleep(STEP_S)
    await page.mouse.up()


async def measure(url: str, people: int, strokes: int) -> list[Person]:
    """Lets several people draw at the same time."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        everyone = asyncio.Barrier(people)
        visits = [draw_strokes(browser, url, strokes, seed, everyone) for seed in range(people)]
        found = await asyncio.gather(*visits)
        await browser.close()
    return found


def row(name: str, people: Sequence[Person]) -> str:
    """One row of the table."""
    waits = [wait for person in people for wait in person.waits_ms]
    late = quantiles(waits, n=20, method="inclusive")[-1]
    unanswered = sum(person.unanswered for person in people)
    return f"| {name} | {len(waits)} | {median(waits):.0f} ms | {late:.0f} ms | {max(waits):.0f} ms | {unanswered} |"


def main() -> None:
    """Runs all measurements and prints the table."""
    argparse.ArgumentParser(description="Measures the time from the end of a stroke to its answer.").parse_args()
    print("| end of stroke to answer | strokes | median | 95th percentile | longest | unanswered |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    with running_stack() as stack:
        url = stack.url("frontend")
        print(row("one person", asyncio.run(measure(url, 1, STROKES_ALONE))), flush=True)
        with stack.stopped("storage"):
            print(row("one person, while storage hangs", asyncio.run(measure(url, 1, STROKES_ALONE))), flush=True)
        print(row(f"{PEOPLE} people at once", asyncio.run(measure(url, PEOPLE, STROKES_EACH))), flush=True)


if __name__ == "__main__":
    main()
