"""How long the Draw page needs from the end of a stroke to the new answer, for one person and for many at once.

Each person is a browser context of its own. The browsers run on the same machine as the services and use most of it, so
the processor time of the page's process for each stroke is measured as well.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

from playwright.async_api import Browser, Page, ViewportSize, async_playwright
from playwright.async_api import TimeoutError as NoAnswerError

from benchmarks.process_tree import measure_cpu_s
from tests.conftest import CHROMIUM_FLAGS, find_chromium
from tests.e2e.stack import Stack

PATIENCE_MS = 180_000  # for everybody to have the page open: all come at once
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

HEAD = """
| end of stroke to answer | strokes | median | 95th percentile | longest | unanswered | CPU of the page a stroke |
| --- | --- | --- | --- | --- | --- | --- |"""


@dataclass
class Person:
    """The results of one person: the wait for each answer, and the number of strokes without an answer."""

    waits_ms: list[float] = field(default_factory=list)
    unanswered: int = 0


@dataclass(frozen=True)
class Strokes:
    """The results of all who drew at once. `cpu_ms` is that of the frontend, divided by the strokes."""

    people: Sequence[Person]
    cpu_ms: float


def measure_strokes(stack: Stack, people: int, strokes: int) -> Strokes:
    """Lets several people draw at the same time. RuntimeError if the page is not running."""
    pid = stack.pid_of("frontend")
    if pid is None:
        raise RuntimeError("the page is not running")
    return asyncio.run(let_draw(stack.url("frontend"), pid, people, strokes))


async def let_draw(url: str, pid: int, people: int, strokes: int) -> Strokes:
    """Counts the processor time from when everybody has the page open until everybody has drawn."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        everyone = asyncio.Barrier(people + 1)
        async with asyncio.TaskGroup() as group:
            people_there = (draw_strokes(browser, url, strokes, seed, everyone) for seed in range(people))
            visits = [group.create_task(each) for each in people_there]
            await everyone.wait()
            before = measure_cpu_s(pid)
        cpu_s = measure_cpu_s(pid) - before
        await browser.close()
    return Strokes([visit.result() for visit in visits], cpu_s * 1000 / (people * strokes))


async def draw_strokes(browser: Browser, url: str, count: int, seed: int, everyone: asyncio.Barrier) -> Person:
    """Draws `count` random strokes once everyone has the page open. Clears the canvas after every few strokes."""
    chance, person = random.Random(seed), Person()
    page = await browser.new_page(viewport=PHONE, bypass_csp=True)  # Playwright's waiting needs eval
    page.set_default_timeout(PATIENCE_MS)
    await page.goto(url, wait_until="commit")
    await page.locator("canvas.upper-canvas").wait_for()
    await page.get_by_test_id("empty").wait_for()
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


def write_row(name: str, strokes: Strokes) -> str:
    """One row of the table."""
    waits = [wait for person in strokes.people for wait in person.waits_ms]
    late = quantiles(waits, n=20, method="inclusive")[-1]
    times = f"{median(waits):.0f} ms | {late:.0f} ms | {max(waits):.0f} ms"
    unanswered = sum(person.unanswered for person in strokes.people)
    return f"| {name} | {len(waits)} | {times} | {unanswered} | {strokes.cpu_ms:.0f} ms |"
