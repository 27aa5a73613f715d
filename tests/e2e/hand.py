"""Draws on the canvas with real mouse and touch events, and presses the controls of the Draw page.

Points are shares of the canvas, 0 to 1.
"""

import re
from itertools import pairwise

from playwright.sync_api import Locator, Page, expect

from tests.e2e.stack import wait_until

Stroke = list[tuple[float, float]]

SEVEN: list[Stroke] = [[(0.25, 0.22), (0.75, 0.22), (0.45, 0.82)]]
ONE: list[Stroke] = [[(0.5, 0.15), (0.5, 0.85)]]
TWO: list[Stroke] = [
    [(0.25, 0.3), (0.33, 0.18), (0.5, 0.13), (0.66, 0.2), (0.7, 0.35), (0.6, 0.52), (0.25, 0.85), (0.75, 0.85)]
]
FOUR: list[Stroke] = [[(0.35, 0.15), (0.25, 0.55), (0.75, 0.55)], [(0.65, 0.2), (0.65, 0.9)]]

STAR: list[Stroke] = [
    [(0.15, 0.5), (0.85, 0.5)],
    [(0.5, 0.15), (0.5, 0.85)],
    [(0.25, 0.25), (0.75, 0.75)],
    [(0.75, 0.25), (0.25, 0.75)],
]

SAVED_ANSWER = """() => {
    const [answer, saved] = ["answer", "saved"].map(id => document.querySelector(`[data-testid="${id}"]`))
    return saved?.dataset.saved === "true" && answer?.dataset.id === saved.dataset.id ? answer.dataset.id : null
}"""


def draw(page: Page, strokes: list[Stroke], scale: float = 1.0, shift: tuple[float, float] = (0, 0)) -> None:
    draw_on(page, page.locator("canvas.upper-canvas"), strokes, scale, shift)


def draw_on(
    page: Page, canvas: Locator, strokes: list[Stroke], scale: float = 1.0, shift: tuple[float, float] = (0, 0)
) -> None:
    canvas.evaluate("element => element.scrollIntoView({block: 'center'})")
    box = canvas.bounding_box()
    assert box is not None
    for stroke in strokes:
        points = [
            (box["x"] + (x * scale + shift[0]) * box["width"], box["y"] + (y * scale + shift[1]) * box["height"])
            for x, y in stroke
        ]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point, steps=8)
        page.mouse.up()


def draw_by_touch(page: Page, strokes: list[Stroke], steps: int = 8) -> None:
    """Draws with touch events. Unlike `draw`, it does not scroll to the canvas first."""
    box = page.locator("canvas.upper-canvas").bounding_box()
    assert box is not None
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    for stroke in strokes:
        touch("touchStart", stroke[0])
        for (x, y), (to_x, to_y) in pairwise(stroke):
            for step in range(1, steps + 1):
                touch("touchMove", (x + (to_x - x) * step / steps, y + (to_y - y) * step / steps))
        touch("touchEnd")
    finger.detach()


def answer(page: Page) -> Locator:
    return page.get_by_test_id("answer")


def expect_read_as(page: Page, digit: int) -> str:
    """Waits until the drawing is read as this digit and saved. Returns the id of the prediction."""
    expect(answer(page)).to_have_attribute("data-digit", str(digit))
    return expect_answer_saved(page)


def expect_answer_saved(page: Page) -> str:
    """Waits until storage has the answer on the page. Returns the id of the prediction.

    For a moment after an answer comes, the page still says that the one before is saved. And an answer that another
    stroke follows at once is never saved.
    """
    return str(page.wait_for_function(SAVED_ANSWER).json_value())


def press(page: Page, key: str) -> None:
    page.locator(f".st-key-{key} button").click()


def draw_explained(page: Page, strokes: list[Stroke], digit: int) -> None:
    """Draws until the answer has its explanation, which a busy service leaves out."""

    def is_explained() -> bool:
        press(page, "clear")
        expect(page.get_by_test_id("empty")).to_be_visible()
        draw(page, strokes)
        expect_read_as(page, digit)
        return page.get_by_test_id("looks").get_attribute("data-explained") == "true"

    wait_until(is_explained, "an explanation", 600)


def label_as(page: Page, digit: int) -> None:
    press(page, f"feedback-{digit}")
    expect(page.get_by_test_id("saved")).to_have_text(re.compile(f"^Saved as {digit}$"))


def choose(page: Page, name: str, option: str) -> None:
    """Chooses an option of a selectbox. It types the option first, because only visible options are on the page."""
    box = page.get_by_role("combobox", name=name, exact=True)
    box.scroll_into_view_if_needed()  # before the list opens, because scrolling closes it
    expect(box).to_be_in_viewport()
    box.fill(option)
    page.get_by_role("option", name=option).first.click()
